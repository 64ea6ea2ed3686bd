// OpenBLAS called from C, as a peer of ci/bench: C = A B into memory that is there already, with OpenBLAS's own threads.
// The protocol is that of dev.eckart.benchmarks.peer.Worker. Argument: the number of threads.
//
// Linked to the libopenblas.so.0 that Eckart itself uses (native/target/openblas-sdk).
#include <cblas.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// A row-major matrix of "<f8" or "<f4" and its .npy file (version 1.0, as NumPy writes it).
struct Matrix {
  std::string header;
  bool wide = false;  // f8
  int rows = 0, cols = 0;
  std::vector<char> bytes;

  static Matrix read(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    char start[10];
    if (!in.read(start, sizeof start) || std::memcmp(start, "\x93NUMPY\x01", 7) != 0) throw std::runtime_error(path + ": no .npy 1.0");
    uint16_t length = 0;
    std::memcpy(&length, start + 8, 2);
    Matrix m;
    m.header.assign(start, sizeof start);
    m.header.resize(sizeof start + length);
    in.read(&m.header[sizeof start], length);
    m.wide = m.header.find("'<f8'") != std::string::npos;
    const size_t shape = m.header.find('(');
    if (m.header.find("'fortran_order': False") == std::string::npos || shape == std::string::npos ||
        std::sscanf(m.header.c_str() + shape, "(%d, %d)", &m.rows, &m.cols) != 2) {
      throw std::runtime_error(path + ": no row-major matrix");
    }
    m.bytes.resize(size_t(m.rows) * m.cols * (m.wide ? 8 : 4));
    if (!in.read(m.bytes.data(), m.bytes.size())) throw std::runtime_error(path + ": ends early");
    return m;
  }

  template <typename T>
  T *data() {
    return reinterpret_cast<T *>(bytes.data());
  }
};

Matrix a, b, c;

void multiply() {
  if (c.wide) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, a.rows, b.cols, a.cols, 1, a.data<double>(), a.cols, b.data<double>(), b.cols, 0,
                c.data<double>(), c.cols);
  } else {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, a.rows, b.cols, a.cols, 1, a.data<float>(), a.cols, b.data<float>(), b.cols, 0,
                c.data<float>(), c.cols);
  }
}

std::string answer(const std::vector<std::string> &request) {
  if (request[0] == "describe") {
    return std::string("C, ") + openblas_get_config() + ", " + std::to_string(openblas_get_num_threads()) + " threads";
  }
  if (request[0] == "load") {
    if (request[1] != "matmul") return "missing";
    a = Matrix::read(request[2]);
    b = Matrix::read(request[3]);
    // Square factors: C has the header of A.
    if (a.rows != a.cols || b.rows != a.rows || b.cols != a.cols) throw std::runtime_error("the factors are not square");
    c = a;
    return "ok";
  }
  if (request[0] == "run") {
    const auto start = std::chrono::steady_clock::now();
    multiply();
    return std::to_string(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  if (request[0] == "write") {
    std::ofstream out(request[1] + "/c.npy", std::ios::binary);
    out << c.header;
    out.write(c.bytes.data(), c.bytes.size());
    return out ? "ok" : throw std::runtime_error(request[1] + "/c.npy: not written");
  }
  throw std::runtime_error("unknown request " + request[0]);
}

}  // namespace

int main(int, char **argv) {
  openblas_set_num_threads(std::stoi(argv[1]));
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> request;
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, '\t');) request.push_back(field);
    std::cout << answer(request) << std::endl;
  }
}
