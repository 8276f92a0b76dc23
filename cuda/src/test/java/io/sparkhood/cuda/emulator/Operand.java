package io.sparkhood.cuda.emulator;

import java.util.List;

/** What stands between the commas of an instruction. */
sealed interface Operand {
    /** A register, special register, variable or label; a variable may have an offset in bytes, a predicate may be negated. */
    record Name(String name, long offset, boolean negated) implements Operand {}

    /** A number: an integer in two's complement, or the bits of a float. */
    record Literal(long bits) implements Operand {}

    /** Memory at a register or variable, plus an offset in bytes. */
    record Address(Operand base, long offset) implements Operand {}

    /** Several registers in braces. */
    record Vector(List<Operand> elements) implements Operand {}

    /** A destination and a predicate, {@code d|p}. */
    record Pair(Operand first, Operand second) implements Operand {}
}
