# The counterpart of foundation.yaml: what outlives the application. A test keeps both the same.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
}

# Payments, labels, predictions and the bucket are data: destroying them must be asked for here first.
resource "aws_kinesis_stream" "payments" {
  name        = var.payment_stream_name
  shard_count = var.payment_shards
  # A week, so that a warehouse's long outage or a roll back loses nothing.
  retention_period = 168
  encryption_type  = "KMS"
  kms_key_id       = "alias/aws/kinesis"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kinesis_stream" "labels" {
  name             = var.label_stream_name
  shard_count      = var.label_shards
  retention_period = 168
  encryption_type  = "KMS"
  kms_key_id       = "alias/aws/kinesis"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kinesis_stream" "predictions" {
  count            = var.predictions_stream_name == "" ? 0 : 1
  name             = var.predictions_stream_name
  shard_count      = var.predictions_shards
  retention_period = 168
  encryption_type  = "KMS"
  kms_key_id       = "alias/aws/kinesis"
}

# jars/ holds the jars, models/ the model directories, savepoints/ what `backfill --savepoint` wrote, archive/ the archive.
resource "aws_s3_bucket" "this" {
  bucket = "${var.application_name}-${local.account}-${var.region}"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "leftovers"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }

    noncurrent_version_expiration {
      noncurrent_days = 30
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid     = "OnlyByTls"
    effect  = "Deny"
    actions = ["s3:*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    resources = [
      aws_s3_bucket.this.arn,
      "${aws_s3_bucket.this.arn}/*",
    ]

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.bucket.json
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/kinesis-analytics/${var.application_name}"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_stream" "this" {
  name           = "kinesis-analytics-log-stream"
  log_group_name = aws_cloudwatch_log_group.this.name
}

# Not encrypted with AWS's own key of SNS: CloudWatch may not publish to a topic that is. Alarms hold no payments.
resource "aws_sns_topic" "alarms" {
  name = "${var.application_name}-alarms"
}

resource "aws_sns_topic_subscription" "alarms" {
  count     = var.alarm_email == "" ? 0 : 1
  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alarm_email
}
