variable "region" {
  type        = string
  default     = "us-east-1"
  description = "Region of everything."
}

variable "application_name" {
  type        = string
  default     = "cardwatch"
  description = "Name of the application in Managed Flink. Names and ARNs are made from it."

  validation {
    condition     = can(regex("^[a-zA-Z0-9-]{1,40}$", var.application_name))
    error_message = "application_name is no name of 1 to 40 letters, digits and dashes: shorten or rename it."
  }
}

variable "payment_stream_name" {
  type        = string
  default     = "cust-payment-txn-stream"
  description = "Stream of the payments, partition key = customer id."
}

variable "payment_shards" {
  type        = number
  default     = 2
  description = "Shards of the payments. One takes 1000 records or 1 MB a second."
}

variable "label_stream_name" {
  type        = string
  default     = "cust-payment-label-stream"
  description = "Stream of the fraud labels, partition key = terminal id."
}

variable "label_shards" {
  type        = number
  default     = 1
  description = "Shards of the labels."
}

variable "predictions_stream_name" {
  type        = string
  default     = ""
  description = "Stream that gets every prediction as JSON, for Redshift's streaming ingestion. Empty for none."
}

variable "predictions_shards" {
  type        = number
  default     = 2
  description = "Shards of the predictions, if there is such a stream."
}

variable "archive" {
  type        = bool
  default     = false
  description = "Whether the application may write its archive below archive/ in the bucket."
}

variable "warehouse_password_secret_arn" {
  type        = string
  description = "Secret with the password of the warehouse's user."

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+$", var.warehouse_password_secret_arn))
    error_message = "warehouse_password_secret_arn is no ARN of Secrets Manager: copy it from the secret's page."
  }
}

variable "online_password_secret_arn" {
  type        = string
  default     = ""
  description = "Secret with the password of the online store, Redis. Empty for none."
}

variable "alarm_email" {
  type        = string
  default     = ""
  description = "Address that the alarms are sent to. Empty for none; the topic is there all the same."
}
