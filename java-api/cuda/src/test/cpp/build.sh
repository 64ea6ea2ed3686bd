#!/bin/sh
# Builds the doubles of CUDA's libraries. Usage: build.sh SDK OUT, with SDK the folder that holds OpenBLAS and its headers
set -eu
here=$(cd "$(dirname "$0")" && pwd) sdk=$1 out=$2
mkdir -p "$out"
library() { # library SOURCE NAME OPTION...
    source=$1 name=$2
    shift 2
    printf '%s { *; };\n' "$name" >"$out/$name.map"
    g++ -std=c++17 -O1 -Wall -Wextra -Werror -shared -fPIC -I"$here" -isystem "$sdk" "$source" -o "$out/$name" \
        -Wl,-soname,"$name" -Wl,--version-script,"$out/$name.map" -Wl,-rpath,'$ORIGIN' -Wl,-rpath,"$sdk" "$@"
}
blas="-L$sdk -l:libopenblas.so.0 -l:libgfortran.so.5 -l:libquadmath.so.0"
library "$here/cuda.cpp" libcuda.so.1 -ldl
library "$here/cudart.cpp" libcudart.so.13
library "$here/nvrtc.cpp" libnvrtc.so.13
library "$here/cublas.cpp" libcublas.so.13 "$out/libcudart.so.13" $blas
library "$here/cusolver.cpp" libcusolver.so.12 "$out/libcudart.so.13" $blas
for name in libcublasLt.so.13 libcusparse.so.12 libnvJitLink.so.13 libcusolverMg.so.12; do library "$here/nothing.cpp" $name; done
cp "$here/host.h" "$out/host.h"
