# The counterparts of the alarms and the dashboard in application.yaml.

resource "aws_cloudwatch_metric_alarm" "restarts" {
  alarm_name          = "${var.application_name}-restarts"
  alarm_description   = "The job restarted (Flink 1.20)."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "grown"
    expression  = "DIFF(counter)"
    return_data = true
  }

  metric_query {
    id          = "counter"
    return_data = false

    metric {
      namespace   = "AWS/KinesisAnalytics"
      metric_name = "fullRestarts"
      period      = 60
      stat        = "Maximum"

      dimensions = {
        Application = var.application_name
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "restarts_flink2" {
  alarm_name          = "${var.application_name}-restarts-flink-2"
  alarm_description   = "The job restarted (Flink 2.2, which has numRestarts in place of fullRestarts)."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "grown"
    expression  = "DIFF(counter)"
    return_data = true
  }

  metric_query {
    id          = "counter"
    return_data = false

    metric {
      namespace   = "AWS/KinesisAnalytics"
      metric_name = "numRestarts"
      period      = 60
      stat        = "Maximum"

      dimensions = {
        Application = var.application_name
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "downtime" {
  alarm_name          = "${var.application_name}-downtime"
  alarm_description   = "The job has been failing or recovering for five minutes (Flink 1.20; deprecated in 2.2)."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/KinesisAnalytics"
  metric_name         = "downtime"
  period              = 60
  statistic           = "Maximum"

  dimensions = {
    Application = var.application_name
  }
}

resource "aws_cloudwatch_metric_alarm" "checkpoint_failures" {
  alarm_name          = "${var.application_name}-checkpoint-failures"
  alarm_description   = "Two checkpoints failed within ten minutes."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 10
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "grown"
    expression  = "DIFF(counter)"
    return_data = true
  }

  metric_query {
    id          = "counter"
    return_data = false

    metric {
      namespace   = "AWS/KinesisAnalytics"
      metric_name = "numberOfFailedCheckpoints"
      period      = 60
      stat        = "Maximum"

      dimensions = {
        Application = var.application_name
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "checkpoint_age" {
  alarm_name          = "${var.application_name}-checkpoint-age"
  alarm_description   = "No checkpoint has been reported for five minutes, or each took too long. An application that has stopped shows here."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.max_checkpoint_millis
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  namespace           = "AWS/KinesisAnalytics"
  metric_name         = "lastCheckpointDuration"
  period              = 60
  statistic           = "Maximum"

  dimensions = {
    Application = var.application_name
  }
}

resource "aws_cloudwatch_metric_alarm" "payments_behind" {
  alarm_name          = "${var.application_name}-payments-behind"
  alarm_description   = "The job reads payments late."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.max_lag_millis
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/KinesisAnalytics"
  metric_name         = "millisBehindLatest"
  period              = 60
  statistic           = "Maximum"

  dimensions = {
    Application = var.application_name
    Flow        = "Input"
    Id          = replace(var.payment_stream_name, "-", "_")
  }
}

resource "aws_cloudwatch_metric_alarm" "labels_behind" {
  alarm_name          = "${var.application_name}-labels-behind"
  alarm_description   = "The job reads labels late."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.max_lag_millis
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/KinesisAnalytics"
  metric_name         = "millisBehindLatest"
  period              = 60
  statistic           = "Maximum"

  dimensions = {
    Application = var.application_name
    Flow        = "Input"
    Id          = replace(var.label_stream_name, "-", "_")
  }
}

resource "aws_cloudwatch_metric_alarm" "payments_unread" {
  alarm_name          = "${var.application_name}-payments-unread"
  alarm_description   = "Payments wait in the stream, or nobody reads it."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.max_lag_millis
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  namespace           = "AWS/Kinesis"
  metric_name         = "GetRecords.IteratorAgeMilliseconds"
  period              = 60
  statistic           = "Maximum"

  dimensions = {
    StreamName = var.payment_stream_name
  }
}

resource "aws_cloudwatch_metric_alarm" "heap" {
  alarm_name          = "${var.application_name}-heap"
  alarm_description   = "The heap has been nearly full for a quarter of an hour."
  alarm_actions       = [var.alarm_topic_arn]
  ok_actions          = [var.alarm_topic_arn]
  comparison_operator = "GreaterThanThreshold"
  threshold           = 90
  evaluation_periods  = 15
  datapoints_to_alarm = 15
  treat_missing_data  = "notBreaching"
  namespace           = "AWS/KinesisAnalytics"
  metric_name         = "heapMemoryUtilization"
  period              = 60
  statistic           = "Maximum"

  dimensions = {
    Application = var.application_name
  }
}

# SEARCH finds metrics whatever other dimensions they have.
resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.application_name
  dashboard_body = <<-JSON
  {
    "widgets": [
      {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {"title": "Payments waiting in the stream, ms", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", "${var.payment_stream_name}"], ["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", "${var.label_stream_name}"]]}},
      {"type": "metric", "x": 12, "y": 0, "width": 12, "height": 6, "properties": {"title": "Behind the streams, ms", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [[{"expression": "SEARCH('Namespace=\"AWS/KinesisAnalytics\" MetricName=\"millisBehindLatest\" Application=\"${var.application_name}\"', 'Maximum', 60)", "id": "e1"}]]}},
      {"type": "metric", "x": 0, "y": 6, "width": 12, "height": 6, "properties": {"title": "Payments and labels that came in", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Sum", "metrics": [["AWS/Kinesis", "IncomingRecords", "StreamName", "${var.payment_stream_name}"], ["AWS/Kinesis", "IncomingRecords", "StreamName", "${var.label_stream_name}"]]}},
      {"type": "metric", "x": 12, "y": 6, "width": 12, "height": 6, "properties": {"title": "Restarts since the start (1.20 and 2.2)", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [["AWS/KinesisAnalytics", "fullRestarts", "Application", "${var.application_name}"], ["AWS/KinesisAnalytics", "numRestarts", "Application", "${var.application_name}"]]}},
      {"type": "metric", "x": 0, "y": 12, "width": 12, "height": 6, "properties": {"title": "Downtime and uptime, ms", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [["AWS/KinesisAnalytics", "downtime", "Application", "${var.application_name}"], ["AWS/KinesisAnalytics", "uptime", "Application", "${var.application_name}"]]}},
      {"type": "metric", "x": 12, "y": 12, "width": 12, "height": 6, "properties": {"title": "Checkpoints: last duration, ms, and failures", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [["AWS/KinesisAnalytics", "lastCheckpointDuration", "Application", "${var.application_name}"], ["AWS/KinesisAnalytics", "numberOfFailedCheckpoints", "Application", "${var.application_name}"]]}},
      {"type": "metric", "x": 0, "y": 18, "width": 12, "height": 6, "properties": {"title": "Heap and CPU, %", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [["AWS/KinesisAnalytics", "heapMemoryUtilization", "Application", "${var.application_name}"], ["AWS/KinesisAnalytics", "cpuUtilization", "Application", "${var.application_name}"]]}},
      {"type": "metric", "x": 12, "y": 18, "width": 12, "height": 6, "properties": {"title": "KPUs", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [["AWS/KinesisAnalytics", "KPUs", "Application", "${var.application_name}"]]}},
      {"type": "metric", "x": 0, "y": 24, "width": 12, "height": 6, "properties": {"title": "Dead letters, share of the last five minutes", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [[{"expression": "SEARCH('Namespace=\"AWS/KinesisAnalytics\" MetricName=\"deadLetterShare\" Application=\"${var.application_name}\"', 'Maximum', 60)", "id": "e1"}]]}},
      {"type": "metric", "x": 12, "y": 24, "width": 12, "height": 6, "properties": {"title": "Payments scored since the start, by subtask", "region": "${var.region}", "view": "timeSeries", "period": 60, "stat": "Maximum", "metrics": [[{"expression": "SEARCH('Namespace=\"AWS/KinesisAnalytics\" MetricName=\"scored\" Application=\"${var.application_name}\"', 'Maximum', 60)", "id": "e1"}]]}}
    ]
  }
  JSON
}
