package io.sparkhood.cuda.emulator;

import java.util.Locale;
import java.util.Optional;

/** A type of PTX: what its bits mean, and how many there are. */
enum ScalarType {
    PRED(Meaning.PREDICATE, 1),
    B8(Meaning.UNSIGNED, 8),
    U8(Meaning.UNSIGNED, 8),
    S8(Meaning.SIGNED, 8),
    B16(Meaning.UNSIGNED, 16),
    U16(Meaning.UNSIGNED, 16),
    S16(Meaning.SIGNED, 16),
    F16(Meaning.FLOAT, 16),
    BF16(Meaning.FLOAT, 16),
    B32(Meaning.UNSIGNED, 32),
    U32(Meaning.UNSIGNED, 32),
    S32(Meaning.SIGNED, 32),
    F32(Meaning.FLOAT, 32),
    F16X2(Meaning.FLOAT, 32),
    BF16X2(Meaning.FLOAT, 32),
    B64(Meaning.UNSIGNED, 64),
    U64(Meaning.UNSIGNED, 64),
    S64(Meaning.SIGNED, 64),
    F64(Meaning.FLOAT, 64);

    private final Meaning meaning;
    private final int bits;

    ScalarType(Meaning meaning, int bits) {
        this.meaning = meaning;
        this.bits = bits;
    }

    private enum Meaning {
        PREDICATE,
        UNSIGNED,
        SIGNED,
        FLOAT
    }

    /** The type of this name, without a dot before it. */
    static Optional<ScalarType> of(String name) {
        for (ScalarType type : values()) {
            if (type.text().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    int bits() {
        return bits;
    }

    int bytes() {
        return bits / 8;
    }

    boolean isFloat() {
        return meaning == Meaning.FLOAT;
    }

    /** Whether widening copies the highest bit. */
    boolean isSigned() {
        return meaning == Meaning.SIGNED;
    }

    boolean isInteger() {
        return meaning == Meaning.SIGNED || meaning == Meaning.UNSIGNED;
    }
}
