/** The JSON schema of a plan; loaded when it is asked for. */
export async function planSchema(): Promise<object> {
  const { default: schema } = await import('./plan.schema.json', { with: { type: 'json' } });
  return schema;
}
