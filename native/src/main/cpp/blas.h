// What the calls into OpenBLAS share: element types, 32-bit arguments, the gate over its threads, scratch memory, and the BLAS
// and LAPACK names overloaded over F64 and F32 (namespace blas; LAPACK's arguments are passed by value here).
#pragma once
#include <cblas.h>
#include <lapack.h>

#include <cstdint>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

#include "eckart.h"

namespace eckart {

// Calls f(T{}) with the type's C++ type.
template <typename F>
auto withFloating(int type, const char *operation, F f) {
  static const char *const names[] = {"F64", "F32", "BF16", "I64", "I32", "U8"};
  if (type == 0) return f(double{});
  if (type == 1) return f(float{});
  throw std::invalid_argument(std::string(operation) + ": " + (type >= 2 && type <= 5 ? names[type] : "unknown type") +
                              " is not supported, cast to F32 first");
}

template <typename T>
T *at(int64_t address) {
  return reinterpret_cast<T *>(address);
}

// The way back: what an entry point of eckart.h takes for a pointer, and for its type.
template <typename T>
int64_t address(const T *p) {
  return reinterpret_cast<int64_t>(p);
}

template <typename T>
constexpr int typeOf = sizeof(T) == 8 ? 0 : 1;

// to (n x m) = from (m x n)', both row-major.
template <typename T>
void transpose(int64_t m, int64_t n, const T *from, int64_t ldFrom, T *to, int64_t ldTo, int threads) {
  const int64_t operands[] = {2, m, n, address(to), 1, ldTo, address(from), ldFrom, 1};
  copy(typeOf<T>, typeOf<T>, operands, threads);
}

// OpenBLAS counts in 32 bits: anything larger was split before, or is refused here.
inline int int32(int64_t value, const char *operation, const char *what) {
  if (value < 0 || value > std::numeric_limits<int>::max()) {
    throw std::invalid_argument(std::string(operation) + ": " + what + " " + std::to_string(value) +
                                " does not fit BLAS's 32-bit integers (at most 2147483647)");
  }
  return static_cast<int>(value);
}

// A negative info is a wrong argument: Eckart's own mistake, never the data's.
inline int64_t checked(const char *routine, int info) {
  if (info < 0) throw std::logic_error(std::string(routine) + ": argument " + std::to_string(-info) + " is wrong");
  return info;
}

// Memory that a call takes beside its operands; refused by name and size.
template <typename T>
class Scratch {
 public:
  Scratch(int64_t count, const char *operation)
      : bytes_(count > std::numeric_limits<int64_t>::max() / 8 ? -1 : count * static_cast<int64_t>(sizeof(T))) {
    try {
      address_ = allocate(bytes_);
    } catch (const std::bad_alloc &) {
      throw std::runtime_error(std::string(operation) + ": no memory for " + std::to_string(bytes_) + " bytes of workspace");
    }
  }
  ~Scratch() { deallocate(address_, bytes_); }
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  T *data() const { return reinterpret_cast<T *>(address_); }
  T &operator[](int64_t i) const { return data()[i]; }

 private:
  int64_t bytes_, address_;
};

// The gate. OpenBLAS's threads wait for each other by spinning, which collapses as soon as they are not alone on the cores. So it
// has one thread, but for the time of a driver that entered while no other call was inside; the next call to enter takes that
// back, and so does a crowded machine (gate.cpp).
// Every entry point holds one of these two around its work. A DriverCall inside a BlasCall gets one thread.
class BlasCall {
 public:
  BlasCall();
  ~BlasCall();
  BlasCall(const BlasCall &) = delete;
  BlasCall &operator=(const BlasCall &) = delete;
};

class DriverCall {
 public:
  explicit DriverCall(int threads);  // OpenBLAS threads wanted
  ~DriverCall();
  DriverCall(const DriverCall &) = delete;
  DriverCall &operator=(const DriverCall &) = delete;

 private:
  bool raised_ = false;
};

namespace blas {

#define ECKART_BLAS(T, t)                                                                                                      \
  inline void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, T alpha, const T *a, int lda, const T *b,     \
                   int ldb, T beta, T *c, int ldc) {                                                                           \
    cblas_##t##gemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);                                      \
  }                                                                                                                            \
  inline void gemv(CBLAS_TRANSPOSE trans, int m, int n, T alpha, const T *a, int lda, const T *x, int incx, T beta, T *y,      \
                   int incy) {                                                                                                 \
    cblas_##t##gemv(CblasRowMajor, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);                                        \
  }                                                                                                                            \
  inline void syrk(CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, int n, int k, T alpha, const T *a, int lda, T beta, T *c, int ldc) { \
    cblas_##t##syrk(CblasRowMajor, uplo, trans, n, k, alpha, a, lda, beta, c, ldc);                                            \
  }                                                                                                                            \
  inline void trsm(CBLAS_SIDE side, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, int m, int n, const T *t_, int ldt, T *b,          \
                   int ldb) {                                                                                                  \
    cblas_##t##trsm(CblasRowMajor, side, uplo, trans, CblasNonUnit, m, n, T(1), t_, ldt, b, ldb);                              \
  }                                                                                                                            \
  inline int potrf(char uplo, int n, T *a, int lda) {                                                                          \
    int info = 0;                                                                                                              \
    LAPACK_##t##potrf(&uplo, &n, a, &lda, &info);                                                                              \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int geqrf(int m, int n, T *a, int lda, T *tau, T *work, int lwork) {                                                  \
    int info = 0;                                                                                                              \
    LAPACK_##t##geqrf(&m, &n, a, &lda, tau, work, &lwork, &info);                                                              \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int orgqr(int m, int n, int k, T *a, int lda, const T *tau, T *work, int lwork) {                                     \
    int info = 0;                                                                                                              \
    LAPACK_##t##orgqr(&m, &n, &k, a, &lda, tau, work, &lwork, &info);                                                          \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int ormqr(char side, char trans, int m, int n, int k, const T *a, int lda, const T *tau, T *c, int ldc, T *work,           \
                   int lwork) {                                                                                                \
    int info = 0;                                                                                                              \
    LAPACK_##t##ormqr(&side, &trans, &m, &n, &k, a, &lda, tau, c, &ldc, work, &lwork, &info);                                  \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int bdsdc(int n, T *d, T *e) { /* values alone */                                                                     \
    const char uplo = 'U', job = 'N';                                                                                          \
    const int one = 1;                                                                                                         \
    int info = 0;                                                                                                              \
    Scratch<T> work(6 * int64_t{n}, "svd");                                                                                    \
    Scratch<int> iwork(8 * int64_t{n}, "svd");                                                                                 \
    LAPACK_##t##bdsdc(&uplo, &job, &n, d, e, nullptr, &one, nullptr, &one, nullptr, nullptr, work.data(), iwork.data(), &info); \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int gelqf(int m, int n, T *a, int lda, T *tau, T *work, int lwork) {                                                  \
    int info = 0;                                                                                                              \
    LAPACK_##t##gelqf(&m, &n, a, &lda, tau, work, &lwork, &info);                                                              \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int orglq(int m, int n, int k, T *a, int lda, const T *tau, T *work, int lwork) {                                     \
    int info = 0;                                                                                                              \
    LAPACK_##t##orglq(&m, &n, &k, a, &lda, tau, work, &lwork, &info);                                                          \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int syevd(char job, char uplo, int n, T *a, int lda, T *w, T *work, int lwork, int *iwork, int liwork) {              \
    int info = 0;                                                                                                              \
    LAPACK_##t##syevd(&job, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info);                                       \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int gesdd(char job, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *vt, int ldvt, T *work, int lwork,            \
                   int *iwork) {                                                                                               \
    int info = 0;                                                                                                              \
    LAPACK_##t##gesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, iwork, &info);                               \
    return info;                                                                                                               \
  }                                                                                                                            \
  /* Rows sorted, no column taken for nothing: every accuracy that the entries allow. */                                      \
  inline int gejsv(char jobu, char jobv, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *v, int ldv, T *work, int lwork,  \
                   int *iwork) {                                                                                               \
    const char joba = 'F', jobr = 'N', jobt = 'N', jobp = 'N';                                                                 \
    int info = 0;                                                                                                              \
    LAPACK_##t##gejsv(&joba, &jobu, &jobv, &jobr, &jobt, &jobp, &m, &n, a, &lda, s, u, &ldu, v, &ldv, work, &lwork, iwork,     \
                      &info);                                                                                                  \
    return info;                                                                                                               \
  }                                                                                                                            \
  inline int gesvd(char jobu, char jobvt, int m, int n, T *a, int lda, T *s, T *u, int ldu, T *vt, int ldvt, T *work,          \
                   int lwork) {                                                                                                \
    int info = 0;                                                                                                              \
    LAPACK_##t##gesvd(&jobu, &jobvt, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, &info);                             \
    return info;                                                                                                               \
  }

ECKART_BLAS(double, d)
ECKART_BLAS(float, s)
#undef ECKART_BLAS

}  // namespace blas
}  // namespace eckart
