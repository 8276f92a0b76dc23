package io.sparkhood.cuda.emulator;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registers that a pair of braces declares, and those of the braces around it. */
final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, Register> registers = new HashMap<>();

    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    @Nullable
    Scope outer() {
        return outer;
    }

    void declare(String name, Register register) {
        registers.put(name, register);
    }

    /** The innermost register of this name, or null. */
    @Nullable
    Register find(String name) {
        Register register = registers.get(name);
        return register != null || outer == null ? register : outer.find(name);
    }
}
