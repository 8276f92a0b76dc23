package io.sparkhood.sql;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.jspecify.annotations.Nullable;

/**
 * Sparkhood's SQL functions as a catalog without namespaces. Configured by
 *
 * <pre>{@code
 * spark.sql.catalog.sparkhood=io.sparkhood.sql.SparkhoodCatalog
 * }</pre>
 *
 * or, on a running session, {@link #register}, it is what {@code sparkhood} stands for in
 *
 * <pre>{@code
 * SELECT sparkhood.neighborhood_attention(query, key, value, 7) FROM maps
 * SHOW USER FUNCTIONS IN sparkhood
 * }</pre>
 *
 * <p>Every function is deterministic and returns null where an argument is null. One call computes one row: for many rows the
 * stage {@code NeighborhoodAttention}, which batches them, is faster.
 */
public final class SparkhoodCatalog implements FunctionCatalog {
    /** The catalog's name where it was registered by {@link #register}, and in {@link SparkhoodFunctions}. */
    public static final String NAME = "sparkhood";

    private static final Map<String, NamedFunction> FUNCTIONS = new TreeMap<>();

    static {
        for (NamedFunction function : NamedFunction.ALL) {
            FUNCTIONS.put(function.name(), function);
        }
    }

    private @Nullable String name;

    /** For Spark, which makes it from its setting. */
    public SparkhoodCatalog() {}

    /** Makes the functions known to a session, under the name {@link #NAME}; also to one that is running. */
    public static void register(SparkSession session) {
        session.conf().set("spark.sql.catalog." + NAME, SparkhoodCatalog.class.getName());
    }

    @Override
    public void initialize(String catalogName, CaseInsensitiveStringMap options) {
        name = catalogName;
    }

    @Override
    public String name() {
        if (name == null) {
            throw new IllegalStateException("a catalog has no name before it is initialized");
        }
        return name;
    }

    @Override
    public Identifier[] listFunctions(String[] namespace) throws NoSuchNamespaceException {
        if (namespace.length > 0) {
            throw new NoSuchNamespaceException(namespace);
        }
        return FUNCTIONS.keySet().stream()
                .map(function -> Identifier.of(new String[0], function))
                .toArray(Identifier[]::new);
    }

    /** The function of this name, in any case of letters, as Spark's own functions are found. */
    @Override
    public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
        @Nullable NamedFunction function = FUNCTIONS.get(identifier.name().toLowerCase(Locale.ROOT));
        if (function == null || identifier.namespace().length > 0) {
            throw new NoSuchFunctionException(identifier);
        }
        return function;
    }
}
