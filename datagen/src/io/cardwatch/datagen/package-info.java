/**
 * The simulator: a seeded world of customers, terminals and fraudsters, after the generator of "Reproducible Machine
 * Learning for Credit Card Fraud Detection" (Le Borgne, Siblini, Lebichot, Bontempi, chapter 3), with a label stream
 * and contact data added.
 *
 * <p>Context: demo, tests and users need payments with known true labels, for any number of days, the same every time.
 * Choice: every customer, every day's compromise and every day's labels draw from their own random stream, seeded with
 * (seed, purpose, id), and days are drawn one after another. Consequence: the result depends only on the
 * {@link io.cardwatch.datagen.Profile}, and memory holds the fourteen days that the third scenario looks ahead, however
 * long the simulated time is. These random numbers are not NumPy's: distributions equal those of the published data
 * set, rows do not.
 *
 * <p>Context: the published results were reached on the published rows. Choice: the handbook's profile draws the same
 * world with NumPy's and Python's generators (commons-math3 has their Mersenne Twister) and sorts as NumPy does. With a
 * stable sort, 119 thousand payments, each in the same second as another, would get their neighbour's id. Consequence:
 * its file is the published one, byte for byte, and the whole table is in memory.
 */
package io.cardwatch.datagen;
