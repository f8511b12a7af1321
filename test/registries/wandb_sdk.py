"""Walks through a W&B server with the public SDK and prints one JSON object of what it saw.

The server's address and key come from WANDB_BASE_URL and WANDB_API_KEY.
"""

import json

import wandb
from wandb.automations import ArtifactEvent, DoNothing, OnAddArtifactAlias, OnLinkArtifact

api = wandb.Api(timeout=30)
seen = {"sdk": wandb.__version__}

seen["viewer"] = api.viewer.username
seen["projects"] = sorted(project.name for project in api.projects("vision"))

registries = api.registries(organization="acme")
seen["registries"] = sorted(registry.full_name for registry in registries)
seen["collections"] = sorted(
    collection.name
    for collection in api.registries(organization="acme", filter={"name": "model"}).collections()
)
seen["registry_versions"] = sorted(
    version.name
    for version in api.registries(organization="acme", filter={"name": "model"}).versions()
)

seen["project_collections"] = sorted(
    collection.name
    for type_ in api.artifact_types("vision/training")
    for collection in type_.collections()
)
seen["versions"] = sorted(version.name for version in api.artifacts("model", "vision/training/resnet"))

linked = api.artifact("acme_X7QK/wandb-registry-model/classifier:v0")
seen["aliases_before"] = sorted(linked.aliases)
linked.aliases.append("production")
linked.aliases.append("champion")
linked.save()
linked.aliases.remove("champion")
linked.save()
seen["aliases_after"] = sorted(api.artifact("acme_X7QK/wandb-registry-model/classifier:v0").aliases)

source = api.artifact("vision/training/resnet:v1")
source.tags = ["europe", "candidate"]
source.save()
source.tags = ["europe"]
source.save()
seen["tags_after"] = sorted(api.artifact("vision/training/resnet:v1").tags)

collection = api.artifact_collection("model", "vision/training/resnet")
collection.tags = ["nightly", "old"]
collection.save()
collection.tags = ["nightly"]
collection.save()
seen["collection_tags_after"] = sorted(api.artifact_collection("model", "vision/training/resnet").tags)

second = source.link("wandb-registry-model/classifier", aliases=["staging"])
seen["linked_as"] = second.qualified_name
second.unlink()
seen["after_unlink"] = sorted(
    version.name
    for version in api.registries(organization="acme", filter={"name": "model"}).versions()
)

event = OnAddArtifactAlias(
    scope=api.project("training", entity="vision"),
    filter=ArtifactEvent.alias.matches_regex("prod.*"),
)
created = api.create_automation(event >> DoNothing(), name="from-the-sdk", description="made by a test")
seen["created"] = created.name
api.update_automation(created, description="changed by a test")
seen["automations"] = sorted(
    [a.name, a.event.event_type.value, a.description] for a in api.automations(entity="vision")
)
api.delete_automation(created)
seen["automations_left"] = sorted(a.name for a in api.automations(entity="vision"))
seen["integrations"] = sorted(i.name for i in api.webhook_integrations(entity="vision"))
seen["runs"] = sorted([run.name, run.state] for run in api.runs("vision/training"))

print(json.dumps(seen))
