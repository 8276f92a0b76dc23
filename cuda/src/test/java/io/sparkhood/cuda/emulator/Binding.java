package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.List;

/** Binds the operands of one instruction to slots, and keeps which registers it reads and which it writes. */
final class Binding {
    private final Statement statement;
    private final Scope scope;
    private final RegisterSlots slots;
    private final MemoryLayout layout;
    private final List<Integer> sources = new ArrayList<>();
    private final List<Integer> destinations = new ArrayList<>();

    Binding(Statement statement, Scope scope, RegisterSlots slots, MemoryLayout layout) {
        this.statement = statement;
        this.scope = scope;
        this.slots = slots;
        this.layout = layout;
    }

    Opcode opcode() {
        return statement.opcode();
    }

    EmulatorFault unsupported(String why) {
        return statement.unsupported(why);
    }

    /** The fault of an opcode or a modifier that is not known. */
    EmulatorFault unknown() {
        return unsupported("unknown instruction");
    }

    int count() {
        return statement.operands().size();
    }

    Operand operand(int index) {
        if (index >= count()) {
            throw unsupported("operand " + index + " is missing");
        }
        return statement.operands().get(index);
    }

    /** The type of this name. */
    ScalarType type(String name) {
        return ScalarType.of(name).orElseThrow(() -> unsupported("unknown type " + name));
    }

    /** The type that the last modifier names. */
    ScalarType type() {
        return type(opcode().type());
    }

    int readWord(int index) {
        return readWord(operand(index));
    }

    int readWord(Operand operand) {
        if (operand instanceof Operand.Literal literal) {
            return slots.word((int) literal.bits());
        }
        Operand.Name name = name(operand);
        Register register = scope.find(name.name());
        if (register != null) {
            return source(slot(register, !register.isLong() && !register.isPredicate(), "16 or 32 bits"));
        }
        return SpecialRegister.of(name.name()).map(slots::special).orElseGet(() -> slots.word((int) variable(name)));
    }

    int writeWord(int index) {
        return writeWord(operand(index));
    }

    int writeWord(Operand operand) {
        Register register = register(operand);
        return destination(slot(register, !register.isLong() && !register.isPredicate(), "16 or 32 bits"));
    }

    int readLong(int index) {
        return readLong(operand(index));
    }

    int readLong(Operand operand) {
        if (operand instanceof Operand.Literal literal) {
            return slots.longWord(literal.bits());
        }
        Operand.Name name = name(operand);
        Register register = scope.find(name.name());
        return register == null ? slots.longWord(variable(name)) : source(slot(register, register.isLong(), "64 bits"));
    }

    int writeLong(int index) {
        return writeLong(operand(index));
    }

    int writeLong(Operand operand) {
        Register register = register(operand);
        return destination(slot(register, register.isLong(), "64 bits"));
    }

    int readPredicate(int index) {
        return readPredicate(operand(index));
    }

    int readPredicate(Operand operand) {
        Register register = register(operand);
        return source(slot(register, register.isPredicate(), "1 bit"));
    }

    int writePredicate(Operand operand) {
        Register register = register(operand);
        return destination(slot(register, register.isPredicate(), "1 bit"));
    }

    int writePredicate(int index) {
        return writePredicate(operand(index));
    }

    /** Whether the operand stands for what is thrown away. */
    static boolean isSink(Operand operand) {
        return operand instanceof Operand.Name name && name.name().equals("_");
    }

    /** Bits of a register. */
    int bits(Operand operand) {
        return register(operand).bits();
    }

    /** Elements of a vector, or the operand alone. */
    List<Operand> elements(int index) {
        return operand(index) instanceof Operand.Vector vector ? vector.elements() : List.of(operand(index));
    }

    /** An integer that must stand in the text. */
    long literal(int index) {
        if (operand(index) instanceof Operand.Literal literal) {
            return literal.bits();
        }
        throw unsupported("operand " + index + " must be a number");
    }

    AddressSlot address(int index) {
        if (!(operand(index) instanceof Operand.Address address)) {
            throw unsupported("operand " + index + " must be an address");
        }
        boolean isLong = !(address.base() instanceof Operand.Name name)
                || scope.find(name.name()) == null
                || register(name).isLong();
        return new AddressSlot(isLong ? readLong(address.base()) : readWord(address.base()), isLong, address.offset());
    }

    private long variable(Operand.Name name) {
        Integer offset = layout.offset(name.name());
        if (offset == null) {
            throw unsupported("unknown name " + name.name());
        }
        return offset + name.offset();
    }

    private Operand.Name name(Operand operand) {
        if (operand instanceof Operand.Name name) {
            return name;
        }
        throw unsupported("a register or number is needed");
    }

    private Register register(Operand operand) {
        Register register = scope.find(name(operand).name());
        if (register == null) {
            throw unsupported("unknown register " + name(operand).name());
        }
        return register;
    }

    private int slot(Register register, boolean fits, String wanted) {
        if (!fits) {
            throw unsupported("a register of " + wanted + " is needed, not one of " + register.bits());
        }
        return register.slot();
    }

    private int source(int slot) {
        sources.add(slot);
        return slot;
    }

    private int destination(int slot) {
        destinations.add(slot);
        return slot;
    }

    /** The instruction that runs an operation and goes on. */
    Instruction instruction(Operation operation) {
        return instruction(operation, Flow.NEXT, -1);
    }

    Instruction instruction(Operation operation, Flow flow, int target) {
        Operand.Name guard = statement.guard();
        int guardSlot =
                guard == null ? -1 : slot(register(guard), register(guard).isPredicate(), "1 bit");
        return new Instruction(
                statement,
                guardSlot,
                guard != null && guard.negated(),
                sources.stream().mapToInt(Integer::intValue).toArray(),
                destinations.stream().mapToInt(Integer::intValue).toArray(),
                operation,
                flow,
                target);
    }
}
