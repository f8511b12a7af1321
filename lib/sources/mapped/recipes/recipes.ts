import { ARTIFACTORY } from './artifactory.js'
import { AZURE_ML } from './azure-ml.js'
import { COMET } from './comet.js'
import { DATABRICKS } from './databricks.js'
import { GIT_TAGS } from './git-tags.js'
import { HARBOR } from './harbor.js'
import { LAKEFS } from './lakefs.js'
import { OCI } from './oci.js'
import type { MappingRecipe } from './recipe.js'
import { SAGEMAKER } from './sagemaker.js'
import { VERTEX_AI } from './vertex-ai.js'

/** Every mapping to start from, as the dialog offers them. A new one is a file beside this, a line here, and a row of its test. */
export const MAPPING_RECIPES: readonly MappingRecipe[] = [
  SAGEMAKER,
  AZURE_ML,
  VERTEX_AI,
  DATABRICKS,
  HARBOR,
  OCI,
  ARTIFACTORY,
  GIT_TAGS,
  LAKEFS,
  COMET,
]
