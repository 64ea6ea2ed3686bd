// Blocks, kept when they are freed. malloc gives the pages of a few blocks back to the system when the last of them is freed, and
// the next loop pays a fault for each page: up to seven times what adding them costs (blocks of 512 KiB to 4 MiB, three results in
// a scope). Of small ones it keeps none that are aligned.
#pragma once
#include <cstdint>

namespace eckart::blocks {

constexpr int64_t LARGEST = int64_t{4} << 20;  // sizes below this

int64_t allocate(int64_t bytes);  // aligned to 64 bytes, from 64 KiB on to a page; std::bad_alloc when there is none
void deallocate(int64_t address, int64_t bytes);
int64_t trim();                   // frees what is kept; how many bytes
int64_t keptBytes();
int64_t reused();                 // how often a kept block served

}  // namespace eckart::blocks
