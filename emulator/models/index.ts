/** The deployment models by name. */
import type { ModelName } from '../firmware/spec.ts';
import { FLAT } from './flat.ts';
import type { Model } from './model.ts';
import { NESTED_ACCEL, RDSM_HS } from './rdsm-hs.ts';
import { SMMPT_LIGHT } from './smmpt-light.ts';
import { TSM_M } from './tsm-m.ts';
import { TSM_PEER } from './tsm-peer.ts';
import { TSM_ROOT } from './tsm-root.ts';

export const MODELS: Readonly<Record<ModelName, Model>> = {
  flat: FLAT,
  tsm_peer: TSM_PEER,
  tsm_root: TSM_ROOT,
  rdsm_hs: RDSM_HS,
  nested_accel: NESTED_ACCEL,
  smmpt_light: SMMPT_LIGHT,
  tsm_m: TSM_M,
};
