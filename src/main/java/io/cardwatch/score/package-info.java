/**
 * The model's input vector and the embedded model: a verified model directory in, a probability per transaction out, and an
 * anomaly score where the model has one.
 *
 * <p>Context: XGBoost's own library takes 57 µs for a row and brings native code to the cluster; Flink ML's pipelines
 * box every row. Choice: a model is a directory in Flink ML's servable format, loaded and verified through it, while
 * the stage's trees are scored by plain Java on a {@code float[]}. Users with another kind of model add ONNX Runtime, which
 * nothing else needs. The directory:
 *
 * <pre>
 * cardwatch.json            {@link io.cardwatch.score.ModelManifest}: version, features, threshold, SHA-256 of the files below, provenance
 * metadata                  Flink ML: a pipeline, and how many stages it has
 * stages/0/metadata         Flink ML: the stage that gives the probability, {@link io.cardwatch.score.TreesServable} with its
 *                           calibration, or {@link io.cardwatch.score.OnnxServable}
 * stages/0/golden.json      {@link io.cardwatch.score.GoldenVectors}: inputs with probabilities from the library that it comes from
 * stages/0/data/trees.json  {@link io.cardwatch.score.TreeEnsemble}: the trees with their covers; or model.onnx
 * stages/1/metadata         Flink ML: the stage that gives the anomaly score, {@link io.cardwatch.score.AnomalyServable}; this
 *                           and the next two are only there if it was trained
 * stages/1/golden.json      {@link io.cardwatch.score.GoldenScores}: inputs with scores from the library that it comes from
 * stages/1/data/forest.json {@link io.cardwatch.score.CutForest}: the trees over the points of their samples
 * profile.json              {@link io.cardwatch.score.TrainingProfile}: what the training rows looked like; only there if it
 *                           was trained here
 * metrics.json              figures on held-out data; for readers, not read here
 * report.html               the same as a page for a fraud team
 * </pre>
 *
 * <p>The anomaly score is of the same kind: a forest that learned while it scores would make a row depend on the order of
 * others and cost several times the rest of the job; a frozen one is a function of the row.
 *
 * <p>Consequence: a model is data and never Java serialization; one that was changed, reads other features, or does not
 * reproduce its golden vectors is refused before the job starts, and the job jar holds no native library.
 */
package io.cardwatch.score;
