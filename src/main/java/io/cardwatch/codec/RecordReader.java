package io.cardwatch.codec;

import java.io.Serializable;

/** How a record is written: fills the fields from its bytes, which are UTF-8 and more than white space. */
interface RecordReader extends Serializable {
    /**
     * Reads one record.
     *
     * @param start index of the first byte behind a byte order mark and white space
     */
    void read(byte[] bytes, int start) throws Rejection;
}
