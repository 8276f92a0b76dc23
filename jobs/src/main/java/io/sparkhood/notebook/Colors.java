package io.sparkhood.notebook;

import java.awt.Color;
import java.util.List;

/** Colours that differ for every kind of colour vision. */
final class Colors {
    /** Okabe and Ito, "Color Universal Design" (2008), without yellow, which is too pale for lines on white. */
    static final List<Color> LINES = List.of(
            new Color(0x0072b2),
            new Color(0xd55e00),
            new Color(0x009e73),
            new Color(0xcc79a7),
            new Color(0xe69f00),
            new Color(0x56b4e9),
            new Color(0x000000));

    /** The query of a window: Okabe and Ito's vermilion. */
    static final int QUERY = 0xd55e00;

    /** Nine evenly spaced colours of the cividis map (Nunez, Anderton and Renslow, 2018), dark blue to yellow. */
    private static final int[] CIVIDIS = {
        0x00224e, 0x123570, 0x3b496c, 0x575d6d, 0x707173, 0x8a8678, 0xa59c74, 0xc3b369, 0xfee838
    };

    private Colors() {}

    /** The colour of a share from 0 to 1. */
    static int cividis(double share) {
        double place = Math.max(0, Math.min(1, share)) * (CIVIDIS.length - 1);
        int left = Math.min((int) place, CIVIDIS.length - 2);
        return mix(CIVIDIS[left], CIVIDIS[left + 1], place - left);
    }

    /** Half way to white and without its colour. */
    static int pale(int rgb) {
        int grey = (int) Math.round(0.299 * (rgb >> 16 & 0xff) + 0.587 * (rgb >> 8 & 0xff) + 0.114 * (rgb & 0xff));
        return mix(grey * 0x010101, 0xffffff, 0.5);
    }

    private static int mix(int from, int to, double share) {
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            double level = (from >> shift & 0xff) * (1 - share) + (to >> shift & 0xff) * share;
            mixed |= (int) Math.round(level) << shift;
        }
        return mixed;
    }
}
