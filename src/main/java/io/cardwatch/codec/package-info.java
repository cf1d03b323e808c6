/**
 * Converts bytes to the domain and back: JSON records, CSV and JSON-lines files, and the binary form between operators
 * and in state.
 *
 * <p>Context: input comes from strangers, at full rate, and one bad record must neither stop the job nor vanish; the
 * same fields come from streams and from files. Choice: a streaming parser fills plain field values and one validator
 * judges them, so that JSON and CSV obey the same rules and names stand only here; decoding always answers with a
 * {@link io.cardwatch.codec.Decoded}, never with an exception or null. Between operators and in state every type has
 * a hand-written serializer whose records begin with a version byte. Consequence: no reflection, no tree and no Kryo
 * per record; a new field means a new version in one serializer, and older records stay readable.
 */
package io.cardwatch.codec;
