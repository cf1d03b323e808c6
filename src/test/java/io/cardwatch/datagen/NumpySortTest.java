package io.cardwatch.datagen;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/**
 * The orders are those of NumPy 2.4.6, CRC-32 where they are long:
 *
 * <pre>
 * def order(keys): return np.argsort(np.array(keys).astype('datetime64[ns]'), kind='quicksort')
 * def crc(keys): return zlib.crc32(','.join(map(str, order(keys))).encode())
 * </pre>
 */
class NumpySortTest {
    /** {@code order([i * i % 5 for i in range(n)])} */
    @Test
    void sixteenKeysKeepTheirTiesInOrder_seventeenDoNot() {
        IntToLongFunction squares = i -> i * i % 5;

        assertThat(order(16, squares)).containsExactly(0, 5, 10, 15, 1, 4, 6, 9, 11, 14, 2, 3, 7, 8, 12, 13);
        assertThat(order(17, squares)).containsExactly(0, 10, 5, 15, 14, 11, 9, 16, 6, 4, 1, 3, 2, 12, 13, 7, 8);
        assertThat(order(0, squares)).isEmpty();
    }

    /** {@code crc([i * i % 8640 for i in range(100000)])}, {@code crc([3] * 1000)} and so on. */
    @Test
    void manyTiesEndWhereNumpyPutsThem() {
        assertThat(crc(1_000, i -> (long) i * i % 500)).isEqualTo(2_392_271_676L);
        assertThat(crc(100_000, i -> (long) i * i % 8_640)).isEqualTo(738_517_257L);
        assertThat(crc(100_000, i -> i * 7_919L % 86_400)).isEqualTo(150_013_990L);
        assertThat(crc(1_000, i -> 3)).isEqualTo(648_322_664L);
    }

    /** {@code crc([min(i, 1000 - i) for i in range(1000)])} goes over to heap sort 13 times. */
    @Test
    void keysThatNestTooDeepAreHeapSorted() {
        assertThat(crc(1_000, i -> Math.min(i, 1_000 - i))).isEqualTo(2_044_644_763L);
    }

    private static int[] order(int count, IntToLongFunction key) {
        return NumpySort.argsort(IntStream.range(0, count).mapToLong(key).toArray());
    }

    private static long crc(int count, IntToLongFunction key) {
        CRC32 crc = new CRC32();
        crc.update(Arrays.stream(order(count, key))
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","))
                .getBytes(UTF_8));
        return crc.getValue();
    }
}
