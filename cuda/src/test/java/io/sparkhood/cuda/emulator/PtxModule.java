package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A PTX text, parsed and ready to run. Immutable. */
public final class PtxModule {
    private final Map<String, PtxEntryPoint> entryPoints; // in the order of the text

    private PtxModule(Map<String, PtxEntryPoint> entryPoints) {
        this.entryPoints = entryPoints;
    }

    /** Parses; throws {@link EmulatorFault} of kind UNSUPPORTED with the line of what it does not know. */
    public static PtxModule parse(String ptx) {
        TokenReader reader = new TokenReader(ptx);
        Map<String, PtxEntryPoint> entryPoints = new LinkedHashMap<>();
        List<Variable> variables = new ArrayList<>();
        while (!reader.atEnd()) {
            Token word = reader.next();
            switch (word.text()) {
                case ".version", ".target", ".address_size", ".file", ".loc" -> reader.skipLine();
                case ".visible", ".weak", ".extern" -> {
                    // says who else may name what follows
                }
                case ".shared" -> {
                    variables.add(new VariableParser(reader).variable(Variable.Space.SHARED));
                    reader.expect(";");
                }
                case ".entry" -> {
                    PtxEntryPoint entryPoint = new EntryPointParser(reader, variables).entryPoint();
                    entryPoints.put(entryPoint.name(), entryPoint);
                }
                default -> throw reader.unsupported(word, "unknown directive");
            }
        }
        return new PtxModule(entryPoints);
    }

    /** Names of the entry points, in the order of the text. */
    public List<String> names() {
        return List.copyOf(entryPoints.keySet());
    }

    /** The entry point of this name; throws {@link IllegalArgumentException} if there is none. */
    public PtxEntryPoint entryPoint(String name) {
        PtxEntryPoint entryPoint = entryPoints.get(name);
        if (entryPoint == null) {
            throw new IllegalArgumentException("no entry point " + name + " among " + names());
        }
        return entryPoint;
    }
}
