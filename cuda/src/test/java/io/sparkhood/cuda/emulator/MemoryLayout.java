package io.sparkhood.cuda.emulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the variables of an entry point lie, each in its own kind of memory: static shared ones first, dynamic ones after. */
final class MemoryLayout {
    private final Map<String, Integer> offsets = new HashMap<>();
    private final int parameterBytes;
    private final int sharedBytes;
    private final int localBytes;

    MemoryLayout(List<Variable> variables) {
        parameterBytes = place(variables, Variable.Space.PARAM, 0);
        localBytes = place(variables, Variable.Space.LOCAL, 0);
        sharedBytes = place(variables, Variable.Space.SHARED, 0);
    }

    private int place(List<Variable> variables, Variable.Space space, int from) {
        int at = from;
        for (Variable variable : variables) {
            if (variable.space() == space && variable.bytes() > 0) {
                at = put(variable, at) + variable.bytes();
            }
        }
        int end = at;
        for (Variable variable : variables) {
            if (variable.space() == space && variable.bytes() == 0) {
                end = Math.max(end, put(variable, at));
            }
        }
        return end;
    }

    private int put(Variable variable, int at) {
        int alignment = Math.max(1, variable.alignment());
        int offset = Math.floorDiv(Math.addExact(at, alignment - 1), alignment) * alignment;
        offsets.put(variable.name(), offset);
        return offset;
    }

    /** Offset of a variable in its memory, or null. */
    @Nullable
    Integer offset(String name) {
        return offsets.get(name);
    }

    int parameterBytes() {
        return parameterBytes;
    }

    /** Bytes before dynamic shared memory. */
    int sharedBytes() {
        return sharedBytes;
    }

    int localBytes() {
        return localBytes;
    }
}
