package io.sparkhood.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ClaimTest {
    @Test
    void whatHoldsIsPrinted() {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Claim.atLeast("PSNR, dB", 29.256, 25);
            Claim.atMost("error", 1.5e-6, 1e-5);
            Claim.equal("keys", 49, 49);
        } finally {
            System.setOut(before);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "holds: PSNR, dB: 29.26, at least 25",
                        "holds: error: 1.500e-06, at most 1.000e-05",
                        "holds: keys: 49");
    }

    @Test
    void whatDoesNotHoldThrows() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Claim.atLeast("PSNR, dB", 24.5, 25))
                .withMessage("PSNR, dB: expected at least 25, but it is 24.50");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Claim.atMost("error", Double.NaN, 1))
                .withMessage("error: expected at most 1, but it is NaN");
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> Claim.equal("keys", 48, 49))
                .withMessage("keys: expected 49, but it is 48");
    }
}
