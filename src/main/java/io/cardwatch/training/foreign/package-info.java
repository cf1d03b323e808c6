/**
 * The formats of other programs' models: the trees that XGBoost saves as JSON, and the classes that an ONNX file names.
 *
 * <p>Context: foreign formats change, and a reader that ignores what it does not know scores wrongly without notice.
 * Choice: a file is read once, at training or import, where it can be compared with the library that it was made for;
 * anything unknown is refused. Consequence: a model directory holds one format of trees, ours, and the job knows no
 * other.
 */
package io.cardwatch.training.foreign;
