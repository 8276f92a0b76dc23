package io.sparkhood.cuda.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the registers of an entry point: those that it declares, and one for each constant and special register. */
final class RegisterSlots {
    private final List<Integer> bits = new ArrayList<>(); // [slot]
    private final List<String> names = new ArrayList<>(); // [slot]
    private final Map<Integer, Integer> words = new HashMap<>(); // constant to slot
    private final Map<Long, Integer> longs = new HashMap<>(); // constant to slot
    private final Map<SpecialRegister, Integer> specials = new HashMap<>();

    /** The same, to which more can be added. */
    RegisterSlots copy() {
        RegisterSlots copy = new RegisterSlots();
        copy.bits.addAll(bits);
        copy.names.addAll(names);
        copy.words.putAll(words);
        copy.longs.putAll(longs);
        copy.specials.putAll(specials);
        return copy;
    }

    /** A new register. */
    Register add(String name, int registerBits) {
        names.add(name);
        bits.add(registerBits);
        return new Register(bits.size() - 1, registerBits);
    }

    int word(int constant) {
        return words.computeIfAbsent(constant, value -> add("a constant", 32).slot());
    }

    int longWord(long constant) {
        return longs.computeIfAbsent(constant, value -> add("a constant", 64).slot());
    }

    int special(SpecialRegister register) {
        return specials.computeIfAbsent(register, value -> add(value.name(), 32).slot());
    }

    /** How many there are. */
    int count() {
        return bits.size();
    }

    String name(int slot) {
        return names.get(slot);
    }

    /** A register file with the constants in place. */
    RegisterFile newFile() {
        RegisterFile file =
                new RegisterFile(bits.stream().mapToInt(Integer::intValue).toArray());
        words.forEach((constant, slot) -> file.constant(slot, constant));
        longs.forEach((constant, slot) -> file.longConstant(slot, constant));
        return file;
    }

    /** Sets the special registers of a warp. */
    void place(RegisterFile file, Launched launched, long block, int warp) {
        specials.forEach((register, slot) -> {
            for (int lane = 0; lane < RegisterFile.LANES; lane++) {
                file.words[slot][lane] = register.value(launched, block, warp, lane);
            }
            file.defined[slot] = -1;
        });
    }
}
