data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "TheApplicationAlone"
    effect  = "Allow"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["kinesisanalytics.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:kinesisanalytics:${var.region}:${local.account}:application/${var.application_name}"]
    }
  }
}

resource "aws_iam_role" "application" {
  name               = "${var.application_name}-managed-flink"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

# A test compares these statements with the calls that the job makes, and with CloudFormation's.
data "aws_iam_policy_document" "application" {
  statement {
    sid    = "ReadStreams"
    effect = "Allow"

    actions = [
      "kinesis:DescribeStream",
      "kinesis:DescribeStreamSummary",
      "kinesis:GetRecords",
      "kinesis:GetShardIterator",
      "kinesis:ListShards",
    ]

    resources = [
      aws_kinesis_stream.payments.arn,
      aws_kinesis_stream.labels.arn,
    ]
  }

  dynamic "statement" {
    for_each = aws_kinesis_stream.predictions

    content {
      sid    = "WritePredictions"
      effect = "Allow"

      actions = [
        "kinesis:DescribeStreamSummary",
        "kinesis:PutRecords",
      ]

      resources = [statement.value.arn]
    }
  }

  statement {
    sid       = "ReadPasswords"
    effect    = "Allow"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = compact([var.warehouse_password_secret_arn, var.online_password_secret_arn])
  }

  statement {
    sid    = "ReadJarsAndModels"
    effect = "Allow"

    actions = [
      "s3:GetObject",
      "s3:GetObjectVersion",
    ]

    resources = [
      "${aws_s3_bucket.this.arn}/jars/*",
      "${aws_s3_bucket.this.arn}/models/*",
    ]
  }

  statement {
    sid       = "ListModelsAndArchive"
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.this.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["models/*", "archive/*"]
    }
  }

  # Files are written in parts; the end of a part that is not yet full is kept as a file of its own, read and deleted.
  dynamic "statement" {
    for_each = var.archive ? [1] : []

    content {
      sid    = "WriteArchive"
      effect = "Allow"

      actions = [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ]

      resources = ["${aws_s3_bucket.this.arn}/archive/*"]
    }
  }

  statement {
    sid       = "FindLogGroup"
    effect    = "Allow"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${local.partition}:logs:${var.region}:${local.account}:log-group:*"]
  }

  statement {
    sid       = "FindLogStream"
    effect    = "Allow"
    actions   = ["logs:DescribeLogStreams"]
    resources = ["arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/aws/kinesis-analytics/${var.application_name}:log-stream:*"]
  }

  statement {
    sid       = "WriteLog"
    effect    = "Allow"
    actions   = ["logs:PutLogEvents"]
    resources = ["arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/aws/kinesis-analytics/${var.application_name}:log-stream:kinesis-analytics-log-stream"]
  }

  # IAM knows no narrower resource for these.
  statement {
    sid    = "LookAtVpc"
    effect = "Allow"

    actions = [
      "ec2:DescribeDhcpOptions",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups",
      "ec2:DescribeSubnets",
      "ec2:DescribeVpcs",
    ]

    resources = ["*"]
  }

  # The service's own network interfaces in the subnets of the application.
  statement {
    sid    = "NetworkInterfaces"
    effect = "Allow"

    actions = [
      "ec2:CreateNetworkInterface",
      "ec2:CreateNetworkInterfacePermission",
      "ec2:DeleteNetworkInterface",
    ]

    resources = [
      "arn:${local.partition}:ec2:${var.region}:${local.account}:network-interface/*",
      "arn:${local.partition}:ec2:${var.region}:${local.account}:security-group/*",
      "arn:${local.partition}:ec2:${var.region}:${local.account}:subnet/*",
    ]
  }
}

resource "aws_iam_role_policy" "application" {
  name   = "${var.application_name}-managed-flink"
  role   = aws_iam_role.application.id
  policy = data.aws_iam_policy_document.application.json
}
