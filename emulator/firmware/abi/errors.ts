/** What calls return in a0: names as scenarios say them, numbers of the SBI. */

/**
 * SBI specification 3.0, chapter 3. The last four are named by CoVE, which gives them no number: theirs are this
 * bench's own.
 */
export const ERRORS = {
  failed: -1n,
  not_supported: -2n,
  invalid_param: -3n,
  denied: -4n,
  invalid_address: -5n,
  already_available: -6n,
  already_started: -7n,
  already_stopped: -8n,
  no_shmem: -9n,
  invalid_state: -10n,
  bad_range: -11n,
  timeout: -12n,
  io: -13n,
  denied_locked: -14n,
  out_of_ptpages: -1001n,
  out_of_memory: -1002n,
  auth: -1003n,
  busy: -1004n,
} as const;

export type ErrorName = keyof typeof ERRORS;

export const SUCCESS = 0n;

/** Name of a signed error; null: no error has this number. */
export function errorName(error: bigint): ErrorName | null {
  for (const [name, number] of Object.entries(ERRORS)) {
    if (number === error) return name as ErrorName;
  }
  return null;
}
