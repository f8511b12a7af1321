/**
 * Fields that W&B's own SDK does not need, and that a given server may therefore lack. Each is asked for until a
 * server refuses it, and asked again when a day has passed, because servers get updated.
 */
export const OFFERS = [
  'aliasHolder',
  'authors',
  'creatorUser',
  'linkTime',
  'sorting',
  'tagFilter',
  'secretNames',
] as const
export type Offer = (typeof OFFERS)[number]
export type Offers = ReadonlySet<Offer>

/** How a server that lacks it says so: what its message holds, or the field at which the path of an error ends. */
const SIGNS: Readonly<Record<Offer, RegExp>> = {
  aliasHolder: /"artifact" on type "ArtifactAlias"/,
  authors: /aliasActionHistory|artifactCollectionActions|"user" on type "Artifact\w*Action"/,
  creatorUser: /"User"|createdBy/,
  linkTime: /"createdAt" on type "ArtifactCollectionMembership"/,
  sorting: /argument "order"|invalid order|order by/i,
  tagFilter: /invalid filter|filter field|"filters" on field/i,
  secretNames: /accessTokenRef|secretRef/,
}

/** Which of the offers in use a server's error takes back; none when it is about something else. */
export function refusedOffers(
  offers: Offers,
  errors: readonly { readonly message: string; readonly path: string }[],
): Offer[] {
  return [...offers].filter((offer) =>
    errors.some(({ message, path }) => SIGNS[offer].test(message) || SIGNS[offer].test(path)),
  )
}
