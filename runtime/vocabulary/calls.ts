/** The call interfaces by namespace, function and argument names: those of the emulator's table, and the IOMMU's operations. */
import type { CallFunction, CallNamespace } from '../../dsl/index.ts';
import {
  type Call,
  type CallExtension,
  type ErrorName,
  ERRORS,
  EXTENSIONS,
} from '../../emulator/index.ts';

/** Operations of an IOMMU, which has no firmware. */
const IOMMU: Readonly<Record<string, string>> = {
  set_dc:
    'did en_ats en_pri t2gpa dtf pdtv prpr gade sade dpe sbe sxl iohgatp iosatp pscid gscid valid',
  iodir_inval_ddt: 'did dv',
  iodir_inval_pdt: 'did dv pid',
  iotinval_vma: 'addr av pscid pscv gscid gv',
  iotinval_gvma: 'addr av gscid gv',
  iofence_c: 'av addr data wsi pr pw',
};

/** Registers as they are: `sbi.raw(a7: .., a6: ..)`. */
const RAW = ['a7', 'a6', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5'];

/** What the loop of a host answers a TVM with: pages for holes that it touches, for ranges that it shares, for its tables. */
export const SUPPLIES = ['zero_pages', 'shared_pages', 'page_table_pages'] as const;

/** Nobody knows what it does. */
const ANY = { required: [], hasOpenErrors: true, errors: null, runs: true } as const;

export function calls(): ReadonlyMap<string, CallNamespace> {
  const errors = Object.keys(ERRORS);
  const namespaces = new Map<string, CallNamespace>();
  for (const [name, row] of Object.entries<CallExtension>(EXTENSIONS)) {
    const functions = new Map(
      Object.entries(row.functions).map(([key, call]) => [key, known(key, call, row)]),
    );
    if (name === 'sbi') functions.set('raw', { ...ANY, arguments: RAW });
    namespaces.set(name, { functions, errors });
  }
  const iommu = new Map(
    Object.entries(IOMMU).map(([operation, args]) => [
      operation,
      { ...ANY, arguments: args.split(' ') },
    ]),
  );
  return namespaces.set('iommu', { functions: iommu, errors });
}

/** Every call may fail for reasons of its own, or not be there at all. */
const ALWAYS: readonly ErrorName[] = ['failed', 'not_supported'];

function known(name: string, call: Call, { entry }: CallExtension): CallFunction {
  const { checks } = call;
  const errors = [...entry, ...checks].flatMap(({ error, salus }) => [error, salus ?? error]);
  return {
    arguments: names(call),
    required: call.arguments.flatMap((argument) =>
      argument.default === null ? [argument.name] : [],
    ),
    hasOpenErrors: checks.some(({ source, hasCode }) => source === 'spec' && !hasCode),
    errors: [...new Set([...errors, ...ALWAYS])],
    runs: name === 'run_tvm_vcpu',
  };
}

/** The arguments of a call; in front of the address of a record that it reads, the record's fields. */
function names({ arguments: list, parameters }: Call): readonly string[] {
  return list.flatMap(({ name }) =>
    parameters?.direction === 'in' && parameters.address === name
      ? [...Object.keys(parameters.struct.places), name]
      : [name],
  );
}
