import type { MappingRecipe } from './recipe.js'

export const SAGEMAKER: MappingRecipe = {
  id: 'sagemaker',
  page: 'https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html',
  place: { project: 'sagemaker' },
  expression: `/* A version that waits for approval is new; Approved and Rejected are aliases. */
body.\`detail-type\` = "SageMaker Model Package State Change" ? (
  $name := body.detail.ModelPackageGroupName ? body.detail.ModelPackageGroupName : body.detail.ModelPackageName;
  $status := body.detail.ModelApprovalStatus;
  $isNew := $status = "PendingManualApproval" or $not($exists($status));
  body.detail.ModelPackageStatus in ["Pending", "InProgress", "Deleting"] ? null : {
    "event_type": $isNew ? "LINK_ARTIFACT" : "ADD_ARTIFACT_ALIAS",
    "event_id": body.id,
    "event_time": body.time,
    "entity_name": body.account,
    "artifact_collection_name": $name,
    "artifact_version": body.detail.ModelPackageArn,
    "artifact_version_string": body.account & "/sagemaker/" & $name & ":" &
      ($isNew ? "v" & body.detail.ModelPackageVersion : $status),
    "artifact_version_index": body.detail.ModelPackageVersion,
    "artifact_type": "model",
    "alias": $isNew ? null : $status,
    "artifact_metadata": {
      "region": body.region,
      "approval": $status,
      "description": body.detail.ModelPackageDescription,
      "containers": [body.detail.InferenceSpecification.Containers],
      "metrics": body.detail.ModelMetrics,
      "generated_by": body.detail.MetadataProperties.GeneratedBy
    }
  }
) : null`,
  sample: {
    body: {
      version: '0',
      id: '844e2571-85d4-695f-b930-0153b71dcb42',
      'detail-type': 'SageMaker Model Package State Change',
      account: '123456789012',
      time: '2021-02-24T17:00:14Z',
      region: 'us-east-2',
      resources: ['arn:aws:sagemaker:us-east-2:123456789012:model-package/versionedmp-p-idy6c3e1fiqj/2'],
      source: ['aws.sagemaker'],
      detail: {
        ModelPackageGroupName: 'versionedmp-p-idy6c3e1fiqj',
        ModelPackageVersion: 2,
        ModelPackageArn: 'arn:aws:sagemaker:us-east-2:123456789012:model-package/versionedmp-p-idy6c3e1fiqj/2',
        CreationTime: '2021-02-24T17:00:14Z',
        InferenceSpecification: {
          Containers: [
            {
              Image: '257758044811.dkr.ecr.us-east-2.amazonaws.com/sagemaker-xgboost:1.0-1-cpu-py3',
              ImageDigest: 'sha256:4dc8a7e4a010a19bb9e0a6b063f355393f6e623603361bd8b105f554d4f0c004',
              ModelDataUrl:
                's3://sagemaker-project-p-idy6c3e1fiqj/versionedmp-p-idy6c3e1fiqj/AbaloneTrain/pipelines-4r83jejmhorv-TrainAbaloneModel-xw869y8C4a/output/model.tar.gz',
            },
          ],
          SupportedContentTypes: ['text/csv'],
          SupportedResponseMIMETypes: ['text/csv'],
        },
        ModelPackageStatus: 'Completed',
        ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
        CertifyForMarketplace: false,
        ModelApprovalStatus: 'Rejected',
        MetadataProperties: {
          GeneratedBy:
            'arn:aws:sagemaker:us-east-2:123456789012:pipeline/versionedmp-p-idy6c3e1fiqj/execution/4r83jejmhorv',
        },
        ModelMetrics: {
          ModelQuality: {
            Statistics: {
              ContentType: 'application/json',
              S3Uri:
                's3://sagemaker-project-p-idy6c3e1fiqj/versionedmp-p-idy6c3e1fiqj/script-2021-02-24-10-55-15-413/output/evaluation/evaluation.json',
            },
          },
        },
        LastModifiedTime: '2021-02-24T17:00:14Z',
      },
    },
  },
}
