package io.cardwatch.datagen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/**
 * The numbers are those that NumPy 2.4.6 and Python 3.11 print, whose streams for a given seed do not change. Doubles
 * are in hexadecimal ({@code float.hex}), so equal to the last bit.
 */
class HandbookDrawsTest {
    /**
     * <pre>
     * np.random.seed(4999)
     * print([np.random.uniform(5, 100).hex() for _ in range(2)], [np.random.poisson(3.7) for _ in range(8)],
     *       [np.random.normal(43200, 20000).hex() for _ in range(3)], np.random.uniform(0, 2).hex(),
     *       np.random.normal(0, 1).hex(), [np.random.poisson(x) for x in (0, 0.01)], np.random.uniform(0, 1).hex())
     * </pre>
     */
    @Test
    void distributionsAreNumpys_andTheSecondNormalNumberOfAPairWaitsForItsTurn() {
        Draws draws = new HandbookDraws(4_999);

        assertThat(draws.uniform(5, 100)).isEqualTo(0x1.5ad823f672fa2p+6);
        assertThat(draws.uniform(5, 100)).isEqualTo(0x1.162558d7de8e6p+5);
        for (int count : new int[] {7, 1, 5, 8, 4, 4, 6, 6}) {
            assertThat(draws.poisson(3.7)).isEqualTo(count);
        }
        assertThat(draws.normal(43_200, 20_000)).isEqualTo(0x1.7de59f6aa13bbp+15);
        assertThat(draws.normal(43_200, 20_000)).isEqualTo(0x1.18a98250913ebp+15);
        assertThat(draws.normal(43_200, 20_000)).isEqualTo(0x1.e5d6a463066fap+14);
        assertThat(draws.uniform(0, 2)).isEqualTo(0x1.f746685179898p-1);
        assertThat(draws.normal(0, 1)).isEqualTo(-0x1.4553cfa3e8b13p-1);
        assertThat(draws.poisson(0)).isZero();
        assertThat(draws.poisson(0.01)).isZero();
        assertThat(draws.uniform(0, 1)).isEqualTo(0x1.d19fe2b555437p-1);
    }

    /**
     * <pre>
     * np.random.RandomState(d).choice(n, k, replace=False)  # what DataFrame.sample(n=k, random_state=d) calls
     * </pre>
     */
    @Test
    void rowsOfATableAreThoseThatNumpyChoosesWithoutReplacement() {
        assertThat(new HandbookDraws(0).sample(10_000, 2)).containsExactly(9_394, 898);
        assertThat(new HandbookDraws(1).sample(10_000, 2)).containsExactly(9_953, 3_850);
        assertThat(new HandbookDraws(181).sample(10_000, 2)).containsExactly(8_036, 7_289);
        assertThat(new HandbookDraws(0).sample(5_000, 3)).containsExactly(398, 3_833, 4_836);
        assertThat(new HandbookDraws(181).sample(5_000, 3)).containsExactly(4_314, 3_945, 4_038);
        assertThat(new HandbookDraws(1).sample(8, 8)).containsExactly(7, 2, 1, 6, 0, 4, 3, 5);
    }

    /**
     * <pre>
     * random.seed(d)
     * print([random.choice(range(n)) for n in (1, 2, 3, 64, 65, 10000)],
     *       random.sample(range(50), 16), random.sample(range(17), 5), random.sample(range(3), 1))
     * </pre>
     */
    @Test
    void membersOfAListAreThoseThatPythonChooses() {
        assertPythonChooses(
                new HandbookDraws(0),
                new int[] {0, 1, 0, 33, 62, 6_634},
                new int[] {19, 30, 22, 37, 13, 32, 8, 18, 43, 6, 39, 16, 34, 9, 49, 40},
                new int[] {2, 10, 7, 8, 1},
                1);
        assertPythonChooses(
                new HandbookDraws(4_999),
                new int[] {0, 0, 0, 6, 2, 4_607},
                new int[] {30, 41, 3, 16, 21, 0, 45, 46, 49, 29, 35, 4, 32, 17, 8, 27},
                new int[] {1, 12, 2, 9, 5},
                1);
    }

    private static void assertPythonChooses(Draws draws, int[] choices, int[] sixteen, int[] five, int one) {
        int[] bounds = {1, 2, 3, 64, 65, 10_000};
        for (int i = 0; i < bounds.length; i++) {
            assertThat(draws.below(bounds[i])).isEqualTo(choices[i]);
        }
        assertThat(draws.pick(50, 16)).containsExactly(sixteen);
        assertThat(draws.pick(17, 5)).containsExactly(five);
        assertThat(draws.pick(3, 1)).containsExactly(one);
    }

    @Test
    void whatNumpyAndPythonDrawByOtherMethodsIsRefused() {
        assertThatThrownBy(() -> new HandbookDraws(0).poisson(10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new HandbookDraws(0).pick(1_000, 3)).isInstanceOf(IllegalArgumentException.class);
    }
}
