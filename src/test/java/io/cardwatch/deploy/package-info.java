/** Checks of what stands in {@code deploy/}, by whatever of it can be checked without AWS. */
package io.cardwatch.deploy;
