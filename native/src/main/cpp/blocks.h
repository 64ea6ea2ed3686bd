// Blocks of middle size, kept when they are freed. malloc gives the pages of a few such blocks back to the system when the last
// of them is freed, and the next loop pays a fault for each page: up to seven times what adding them costs (blocks of 512 KiB to
// 4 MiB, three results in a scope).
#pragma once
#include <cstdint>

namespace eckart::blocks {

constexpr int64_t SMALLEST = int64_t{64} << 10, LARGEST = int64_t{4} << 20;  // sizes from the first to below the second

int64_t allocate(int64_t bytes);      // page-aligned; std::bad_alloc when there is none
bool deallocate(int64_t address);     // false when it is no such block
int64_t trim();                       // frees what is kept; how many bytes
int64_t keptBytes();
int64_t reused();                     // how often a kept block served

}  // namespace eckart::blocks
