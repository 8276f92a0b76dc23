package io.sparkhood.cuda.emulator;

import static io.sparkhood.cuda.emulator.ArithmeticInstructions.byType;
import static io.sparkhood.cuda.emulator.ArithmeticInstructions.orPredicates;
import static java.util.Map.entry;

import java.util.Map;

/** The family of every opcode that is known, but for branches, by its part before the first dot. */
final class InstructionSet {
    private static final Family UNKNOWN = binding -> {
        throw binding.unknown();
    };

    private static final Map<String, Family> ARITHMETIC = Map.ofEntries(
            entry("add", byType(FloatInstructions::add, HalfInstructions::add, IntegerInstructions::add)),
            entry("sub", byType(FloatInstructions::sub, HalfInstructions::sub, IntegerInstructions::sub)),
            entry("mul", byType(FloatInstructions::mul, HalfInstructions::mul, IntegerInstructions::mul)),
            entry("min", byType(FloatInstructions::min, HalfInstructions::min, IntegerInstructions::min)),
            entry("max", byType(FloatInstructions::max, HalfInstructions::max, IntegerInstructions::max)),
            entry("neg", byType(FloatInstructions::negate, HalfInstructions::negate, IntegerInstructions::negate)),
            entry("abs", byType(FloatInstructions::abs, HalfInstructions::abs, IntegerInstructions::abs)),
            entry("fma", byType(FloatInstructions::fma, HalfInstructions::fma, UNKNOWN)),
            entry("mad", byType(FloatInstructions::fma, UNKNOWN, IntegerInstructions::mad)),
            entry("div", byType(FloatInstructions::div, UNKNOWN, DivisionInstructions::quotient)),
            entry("rem", DivisionInstructions::remainder),
            entry("rcp", FloatInstructions::reciprocal),
            entry("sqrt", FloatInstructions::sqrt),
            entry("rsqrt", FloatInstructions::reciprocalSqrt),
            entry("ex2", FloatInstructions::exp2),
            entry("lg2", FloatInstructions::log2),
            entry("tanh", FloatInstructions::tanh),
            entry("sin", FloatInstructions::sin),
            entry("cos", FloatInstructions::cos),
            entry("copysign", FloatInstructions::copySign));

    private static final Map<String, Family> BITS = Map.ofEntries(
            entry("and", orPredicates(PredicateInstructions::logic, IntegerInstructions::and)),
            entry("or", orPredicates(PredicateInstructions::logic, IntegerInstructions::or)),
            entry("xor", orPredicates(PredicateInstructions::logic, IntegerInstructions::xor)),
            entry("not", orPredicates(PredicateInstructions::not, IntegerInstructions::not)),
            entry("shl", IntegerInstructions::shiftLeft),
            entry("shr", IntegerInstructions::shiftRight),
            entry("shf", BitInstructions::funnelShift),
            entry("bfe", BitInstructions::extract),
            entry("bfi", BitInstructions::insert),
            entry("prmt", BitInstructions::permute),
            entry("lop3", BitInstructions::logic3),
            entry("popc", BitInstructions::bitCount),
            entry("clz", BitInstructions::leadingZeros),
            entry("brev", BitInstructions::reverse));

    private static final Map<String, Family> OTHERS = Map.ofEntries(
            entry("setp", PredicateInstructions::compare),
            entry("set", PredicateInstructions::compareToWord),
            entry("selp", PredicateInstructions::select),
            entry("testp", PredicateInstructions::testFloat),
            entry("mov", MoveInstructions::move),
            entry("cvta", MoveInstructions::convertAddress),
            entry("cvt", ConversionInstructions::convert),
            entry("ld", MemoryInstructions::load),
            entry("ldu", MemoryInstructions::load),
            entry("st", MemoryInstructions::store),
            entry("cp", AsyncCopyInstructions::decode),
            entry("ldmatrix", MatrixLoadInstructions::decode),
            entry("mma", MatrixInstructions::decode),
            entry("shfl", ExchangeInstructions::shuffle),
            entry("vote", ExchangeInstructions::vote),
            entry("activemask", ExchangeInstructions::activeMask),
            entry("match", ExchangeInstructions::match),
            entry("redux", ExchangeInstructions::reduce),
            entry("bar", ControlInstructions::barrier),
            entry("barrier", ControlInstructions::barrier),
            entry("ret", ControlInstructions::exit),
            entry("exit", ControlInstructions::exit),
            entry("membar", ControlInstructions::nothing),
            entry("fence", ControlInstructions::nothing),
            entry("nanosleep", ControlInstructions::nothing),
            entry("prefetch", ControlInstructions::nothing));

    private InstructionSet() {}

    /** Decodes anything but a branch. */
    static Instruction decode(Binding binding) {
        String base = binding.opcode().base();
        Family family = ARITHMETIC.getOrDefault(base, BITS.getOrDefault(base, OTHERS.get(base)));
        if (family == null) {
            throw binding.unknown();
        }
        return family.decode(binding);
    }
}
