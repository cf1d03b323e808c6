# The counterpart of application.yaml. It does not start the application: deploy.sh does.

resource "aws_kinesisanalyticsv2_application" "this" {
  name        = var.application_name
  description = "Cardwatch scores card payments for fraud."
  # Cardwatch is built for 1.20 on Java 11. There is no way back from 2.x.
  runtime_environment    = "FLINK-1_20"
  service_execution_role = var.role_arn

  application_configuration {
    application_code_configuration {
      code_content_type = "ZIPFILE"

      code_content {
        s3_content_location {
          bucket_arn = var.bucket_arn
          file_key   = var.jar_key
        }
      }
    }

    application_snapshot_configuration {
      snapshots_enabled = true
    }

    environment_properties {
      property_group {
        property_group_id = "source"

        property_map = {
          stream           = var.payment_stream_name
          region           = var.region
          initial-position = var.initial_position
        }
      }

      property_group {
        property_group_id = "labels"

        property_map = {
          stream = var.label_stream_name
        }
      }

      property_group {
        property_group_id = "warehouse"

        property_map = {
          url                 = var.warehouse_url
          user                = var.warehouse_user
          password-secret-arn = var.warehouse_password_secret_arn
        }
      }

      dynamic "property_group" {
        for_each = var.model_path == "" ? [] : [1]

        content {
          property_group_id = "model"

          property_map = {
            path = var.model_path
          }
        }
      }

      dynamic "property_group" {
        for_each = var.online_url == "" ? [] : [1]

        content {
          property_group_id = "online"

          property_map = {
            url                 = var.online_url
            password-secret-arn = var.online_password_secret_arn
          }
        }
      }

      dynamic "property_group" {
        for_each = var.predictions_stream_name == "" ? [] : [1]

        content {
          property_group_id = "predictions"

          property_map = {
            stream = var.predictions_stream_name
          }
        }
      }

      dynamic "property_group" {
        for_each = var.archive ? [1] : []

        content {
          property_group_id = "archive"

          property_map = {
            path = "s3://${var.bucket_name}/archive"
          }
        }
      }
    }

    flink_application_configuration {
      # Once a minute, incremental, with RocksDB: the service's own settings.
      checkpoint_configuration {
        configuration_type = "DEFAULT"
      }

      # The lag behind a stream is a metric of an operator, hence not APPLICATION.
      monitoring_configuration {
        configuration_type = "CUSTOM"
        log_level          = "INFO"
        metrics_level      = "OPERATOR"
      }

      parallelism_configuration {
        configuration_type   = "CUSTOM"
        parallelism          = var.parallelism
        parallelism_per_kpu  = 1
        auto_scaling_enabled = true
      }
    }

    vpc_configuration {
      subnet_ids         = var.subnet_ids
      security_group_ids = var.security_group_ids
    }
  }

  cloudwatch_logging_options {
    log_stream_arn = var.log_stream_arn
  }

  # deploy.sh changes the code, and takes it back where that fails.
  lifecycle {
    ignore_changes = [application_configuration[0].application_code_configuration]
  }
}

output "application_name" {
  value = aws_kinesisanalyticsv2_application.this.name
}
