# The first five are outputs of ../foundation.

variable "bucket_name" {
  type        = string
  description = "Bucket of the jars and the archive."
}

variable "bucket_arn" {
  type        = string
  description = "Its ARN."
}

variable "role_arn" {
  type        = string
  description = "Role of the application."
}

variable "log_stream_arn" {
  type        = string
  description = "Log stream of the application."
}

variable "alarm_topic_arn" {
  type        = string
  description = "Topic of the alarms."
}

variable "region" {
  type        = string
  default     = "us-east-1"
  description = "Region of everything."
}

variable "application_name" {
  type        = string
  default     = "cardwatch"
  description = "As in ../foundation; the role may be used by this name alone."
}

variable "jar_key" {
  type        = string
  description = "Key of the first jar in the bucket, as deploy.sh prints it. Later ones are deploy.sh's."
}

variable "payment_stream_name" {
  type        = string
  default     = "cust-payment-txn-stream"
  description = "As in ../foundation."
}

variable "label_stream_name" {
  type        = string
  default     = "cust-payment-label-stream"
  description = "As in ../foundation."
}

variable "predictions_stream_name" {
  type        = string
  default     = ""
  description = "As in ../foundation."
}

variable "archive" {
  type        = bool
  default     = false
  description = "As in ../foundation; true archives predictions and dead letters below archive/ in the bucket."
}

variable "initial_position" {
  type        = string
  default     = "TRIM_HORIZON"
  description = "Where the streams are read from when the application starts without a snapshot."

  validation {
    condition     = contains(["TRIM_HORIZON", "LATEST"], var.initial_position)
    error_message = "initial_position is not known: set TRIM_HORIZON or LATEST."
  }
}

variable "model_path" {
  type        = string
  default     = ""
  description = "Model directory, like s3://BUCKET/models/2026-11-30. Empty for the model in the jar."
}

variable "warehouse_url" {
  type        = string
  description = "JDBC URL of the warehouse, like jdbc:postgresql://host:5432/cards?sslmode=verify-full."
}

variable "warehouse_user" {
  type        = string
  default     = "cardwatch"
  description = "Database user."
}

variable "warehouse_password_secret_arn" {
  type        = string
  description = "As in ../foundation."
}

variable "online_url" {
  type        = string
  default     = ""
  description = "Redis store of the windows, like rediss://host:6379. Empty for none."
}

variable "online_password_secret_arn" {
  type        = string
  default     = ""
  description = "As in ../foundation; needed with online_url."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Private subnets with a route to the warehouse, to Kinesis and to Secrets Manager."
}

variable "security_group_ids" {
  type        = list(string)
  description = "Security groups that let the application reach them."
}

variable "parallelism" {
  type        = number
  default     = 2
  description = "Parallelism at the start; auto scaling changes it."
}

variable "max_lag_millis" {
  type        = number
  default     = 60000
  description = "An alarm goes off when the job is further behind a stream for five minutes."
}

variable "max_checkpoint_millis" {
  type        = number
  default     = 60000
  description = "An alarm goes off when checkpoints take longer for five minutes."
}
