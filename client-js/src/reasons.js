/** Why a keyframe is asked for: the reasons of a resync, protocol section 2. */
export const HASH = 1;
export const BASELINE = 2;
export const BODY = 3;
