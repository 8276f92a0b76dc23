package io.sparkhood.cuda;

import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCompile;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerCreate;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerDestroy;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetErrorLogSize;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetInfoLog;
import static jcuda.nvptxcompiler.JNvPTXCompiler.nvPTXCompilerGetInfoLogSize;

import io.sparkhood.cuda.driver.NativeLibraries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompileResult;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;

/** NVIDIA's assembler, a library among JCuda's natives that needs neither a driver nor a toolkit. */
final class PtxAssembler {
    private static final Pattern ENTRY_POINT = Pattern.compile(
            "Compiling entry function '(\\w+)'.*?(\\d+) bytes spill stores, (\\d+) bytes spill loads.*?Used (\\d+) registers",
            Pattern.DOTALL);

    static {
        load();
    }

    private PtxAssembler() {}

    /** What an entry point takes on one architecture. */
    record Use(String entryPoint, int architecture, int spillBytes, int registers) {}

    /**
     * Assembles all entry points of a text.
     *
     * @throws IllegalArgumentException with the assembler's words if it cannot
     */
    static List<Use> assemble(String ptx, int architecture) {
        byte[] text = (ptx + "\0").getBytes(StandardCharsets.US_ASCII);
        nvPTXCompilerHandle handle = new nvPTXCompilerHandle();
        nvPTXCompilerCreate(handle, text.length, text);
        try {
            int result = nvPTXCompilerCompile(handle, 2, new String[] {"--gpu-name=sm_" + architecture, "--verbose"});
            long[] size = {0};
            if (result != nvPTXCompileResult.NVPTXCOMPILE_SUCCESS) {
                nvPTXCompilerGetErrorLogSize(handle, size);
                byte[] log = new byte[Math.toIntExact(size[0]) + 1];
                nvPTXCompilerGetErrorLog(handle, log);
                throw new IllegalArgumentException(new String(log, StandardCharsets.US_ASCII));
            }
            nvPTXCompilerGetInfoLogSize(handle, size);
            byte[] log = new byte[Math.toIntExact(size[0]) + 1];
            nvPTXCompilerGetInfoLog(handle, log);
            return uses(new String(log, StandardCharsets.US_ASCII), architecture);
        } finally {
            nvPTXCompilerDestroy(handle);
        }
    }

    private static List<Use> uses(String log, int architecture) {
        List<Use> uses = new ArrayList<>();
        Matcher found = ENTRY_POINT.matcher(log);
        while (found.find()) {
            int spills = Integer.parseInt(found.group(2)) + Integer.parseInt(found.group(3));
            uses.add(new Use(found.group(1), architecture, spills, Integer.parseInt(found.group(4))));
        }
        return uses;
    }

    /** JCuda unpacks its natives into the directory for temporary files, where other JVMs do the same: give it one alone. */
    private static void load() {
        try {
            NativeLibraries.initialize("jcuda.nvptxcompiler.JNvPTXCompiler");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        JNvPTXCompiler.setExceptionsEnabled(false);
    }
}
