/**
 * Reads and writes the files that a person names. A file that cannot be read is refused with the remedy, before a run
 * starts. A file that is written appears whole or not at all; it never replaces a device or a pipe.
 * {@link io.cardwatch.files.RecordFiles} reads the records of a bounded run in their total order, {@link
 * io.cardwatch.files.CsvSink} writes its rows.
 */
package io.cardwatch.files;
