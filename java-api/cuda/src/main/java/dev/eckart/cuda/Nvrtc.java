package dev.eckart.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.SizeTPointer;

/** CUDA's run-time compiler. */
final class Nvrtc {
    private Nvrtc() {}

    static String version() {
        int[] major = {0};
        int[] minor = {0};
        check("nvrtcVersion", nvrtc.nvrtcVersion(major, minor));
        return major[0] + "." + minor[0];
    }

    /**
     * Compiles a source to machine code.
     *
     * @param name what errors call it
     * @param headers what it includes, by name
     * @throws CudaException with the compiler's output
     */
    static byte[] compile(String name, String source, Map<String, String> headers, List<String> options) {
        // Compilation is rare: pointers may be owned here, and are freed with the scope.
        try (PointerScope scope = new PointerScope()) {
            _nvrtcProgram program = new _nvrtcProgram();
            check(
                    "nvrtcCreateProgram",
                    nvrtc.nvrtcCreateProgram(
                            program,
                            new BytePointer(source),
                            new BytePointer(name.replace(' ', '-') + ".cu"),
                            headers.size(),
                            strings(headers.values()),
                            strings(headers.keySet())));
            try {
                int code = nvrtc.nvrtcCompileProgram(program, options.size(), strings(options));
                if (code != 0) {
                    throw new CudaException("nvrtcCompileProgram " + name, code, text(code) + ":\n" + log(program));
                }
                SizeTPointer size = new SizeTPointer(1);
                check("nvrtcGetCUBINSize", nvrtc.nvrtcGetCUBINSize(program, size));
                byte[] image = new byte[Math.toIntExact(size.get())];
                check("nvrtcGetCUBIN", nvrtc.nvrtcGetCUBIN(program, image));
                return image;
            } finally {
                nvrtc.nvrtcDestroyProgram(program);
            }
        }
    }

    private static PointerPointer<BytePointer> strings(Iterable<String> texts) {
        List<BytePointer> all = new ArrayList<>();
        texts.forEach(t -> all.add(new BytePointer(t)));
        return new PointerPointer<>(all.toArray(new BytePointer[0]));
    }

    private static String log(_nvrtcProgram program) {
        SizeTPointer size = new SizeTPointer(1);
        check("nvrtcGetProgramLogSize", nvrtc.nvrtcGetProgramLogSize(program, size));
        BytePointer text = new BytePointer(size.get() + 1);
        check("nvrtcGetProgramLog", nvrtc.nvrtcGetProgramLog(program, text));
        return text.getString();
    }

    private static String text(int code) {
        BytePointer name = nvrtc.nvrtcGetErrorString(code);
        return name == null ? "unknown" : name.getString();
    }

    private static void check(String call, int code) {
        if (code != 0) {
            throw new CudaException(call, code, text(code));
        }
    }
}
