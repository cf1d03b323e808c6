package io.cardwatch.domain;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Against the examples that NIST publishes with FIPS 180-4, and a hash that begins with a zero. */
class Sha256Test {
    @Test
    void hashesAsPublished() {
        assertThat(Sha256.of(new byte[0]))
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(Sha256.of("abc".getBytes(US_ASCII)))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void piecesAreHashedAsOne_andZerosInFrontStay() {
        Sha256 pieces = new Sha256().add("3".getBytes(US_ASCII)).add("9".getBytes(US_ASCII));

        assertThat(pieces.hex()).isEqualTo("0b918943df0962bc7a1824c0555a389347b4febdc7cf9d1254406d80ce44e3f9");
    }
}
