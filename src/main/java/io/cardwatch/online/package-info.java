/**
 * The online store: what the job publishes to Redis, and how it is read there.
 *
 * <p>Context: an answer is wanted while a customer waits, and only the window operators can read the windows. Choice:
 * they publish the windows themselves, packed, each key's newest state, and whoever answers asks the same windows by the
 * same code as the job. Consequence: there is one implementation of every feature, an answer reads two keys, and the store
 * may be away or lose everything: it is filled again from the job's state.
 */
package io.cardwatch.online;
