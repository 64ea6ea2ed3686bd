#!/bin/sh
# Builds the doubles of CUDA's libraries, where they are not as their sources are. Usage: build.sh SDK OUT, with SDK the folder that
# holds OpenBLAS and its headers
set -eu
here=$(cd "$(dirname "$0")" && pwd) sdk=$1 out=$2
key=$(cat "$here"/* | sha256sum)$sdk
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0
mkdir -p "$out"
library() { # library SOURCE NAME OPTION...
    source=$1 name=$2
    shift 2
    printf '%s { *; };\n' "$name" >"$out/$name.map"
    g++ -std=c++17 -O1 -Wall -Wextra -Werror -shared -fPIC -I"$here" -isystem "$sdk" "$source" -o "$out/$name" \
        -Wl,-soname,"$name" -Wl,--version-script,"$out/$name.map" -Wl,-rpath,'$ORIGIN' -Wl,-rpath,"$sdk" "$@"
}
blas="-L$sdk -l:libopenblas.so.0 -l:libgfortran.so.5 -l:libquadmath.so.0"
library "$here/cudart.cpp" libcudart.so.13
processes=
start() { library "$@" & processes="$processes $!"; }
start "$here/cuda.cpp" libcuda.so.1 -ldl
start "$here/nvrtc.cpp" libnvrtc.so.13
start "$here/cublas.cpp" libcublas.so.13 "$out/libcudart.so.13" $blas
start "$here/cusolver.cpp" libcusolver.so.12 "$out/libcudart.so.13" $blas
start "$here/cublaslt.cpp" libcublasLt.so.13 "$out/libcudart.so.13" $blas
for name in libcusparse.so.12 libnvJitLink.so.13 libcusolverMg.so.12; do start "$here/nothing.cpp" $name; done
for process in $processes; do wait "$process"; done
cp "$here/host.h" "$out/host.h"
echo "$key" >"$out/key"
