import {
  type DocumentNode,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/**
 * What a document relies on, as coordinates of the schema: `Type.field`, `Type.field(argument)`, and `Union = Member`
 * where it says what to ask of one of several types. What an object has from an interface is named by the interface.
 */
export function coordinatesOf(schema: GraphQLSchema, document: DocumentNode): Set<string> {
  const found = new Set<string>()
  const info = new TypeInfo(schema)
  const note = (rest: string) => {
    const type = info.getParentType()
    if (!type) return
    const shared = isObjectType(type) ? type.getInterfaces().filter((each) => isKnown(schema, each.name + rest)) : []
    for (const each of shared.length > 0 ? shared : [type]) found.add(each.name + rest)
  }
  const condition = (name: string) => {
    const type = info.getParentType()
    const member = schema.getType(name)
    if (isAbstractType(type) && member && type !== member) found.add(`${type.name} = ${name}`)
  }
  const fragments = new Map(
    document.definitions.flatMap((each) =>
      each.kind === 'FragmentDefinition' ? [[each.name.value, each.typeCondition.name.value] as const] : [],
    ),
  )
  visit(
    document,
    visitWithTypeInfo(info, {
      Field(field) {
        const name = field.name.value
        if (name.startsWith('__') || !info.getFieldDef()) return
        note(`.${name}`)
        for (const argument of field.arguments ?? []) note(`.${name}(${argument.name.value})`)
      },
      FragmentSpread(spread) {
        const type = fragments.get(spread.name.value)
        if (type) condition(type)
      },
      SelectionSet(set) {
        for (const each of set.selections)
          if (each.kind === 'InlineFragment' && each.typeCondition) condition(each.typeCondition.name.value)
      },
    }),
  )
  return found
}

function isKnown(schema: GraphQLSchema, coordinate: string): boolean {
  const [, type = '', field = ''] = coordinate.match(/^(\w+)\.(\w+)/) ?? []
  const found = schema.getType(type)
  return (isObjectType(found) || isInterfaceType(found)) && found.getFields()[field] !== undefined
}
