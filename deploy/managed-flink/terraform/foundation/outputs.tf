# Named as the variables of ../application, which take them.

output "bucket_name" {
  value = aws_s3_bucket.this.id
}

output "bucket_arn" {
  value = aws_s3_bucket.this.arn
}

output "role_arn" {
  value = aws_iam_role.application.arn
}

output "log_stream_arn" {
  value = aws_cloudwatch_log_stream.this.arn
}

output "alarm_topic_arn" {
  value = aws_sns_topic.alarms.arn
}
