import { formatDoy } from '#formats/time'
import type { DefattHeader } from './defatt.ts'

const LEGEND = [
  'This file includes definitive attitude data displayed as:',
  '  time (UTC), elapsed seconds since reference epoch, quaternion (ECI-to-BCS),',
  '  X,Y,Z rotation rate components (deg/s) (instantaneous spin axis in body frame),',
  '  w-phase (Sun-to-body-X dihedral angle about rotation rate vector) (deg),',
  '  right ascension (deg) and declination (deg) of body Z-axis,',
  '  Z-phase (Sun-to-body-X dihedral angle about body Z-axis) (deg),',
  '  right ascension (deg) and declination (deg) of angular momentum (L),',
  '  L-phase (Sun-to-body-X dihedral angle about angular momentum vector L) (deg),',
  '  right ascension (deg) and declination (deg) of major principal axis (P),',
  '  P-phase (Sun-to-body-X dihedral angle about major principal axis P) (deg),',
  '  nutation angle (deg),',
  '  and quality flag: EKF=good extended Kalman filter solution with star tracker data',
  '                    CNV=filter not yet converged',
  '                    SUN=no tracker data; spin phase obtained from Sun sensor data',
  '                    INT=no tracker or Sun sensor data; phase interpolated from neighboring tracker data',
  '                    BAD=no tracker or Sun sensor data for a time span too large for interpolation',
] as const

const COLUMNS =
  'COMMENT   Time (UTC)    Elapsed Sec      q1       q2       q3       qc     wX     wY     wZ   w-Phase   Z-RA    Z-Dec Z-Phase' +
  '   L-RA    L-Dec L-Phase   P-RA    P-Dec P-Phase    Nut    QF'

/** The lines before the records, 49 as in the mission's files. */
export function attitudeHead(header: DefattHeader): string[] {
  const axis = header.principalAxis.map((n, i) => n.toFixed(8).padStart(i === 0 ? 12 : 13)).join('')
  return [
    'CCSDS_AEM_VERS = 1.0',
    `CREATION_DATE  = ${formatDoy(header.created, 0)}`,
    `ORIGINATOR     = ${header.originator}`,
    ' ',
    'META_START',
    ...LEGEND.map(line => `COMMENT  ${line}`),
    'COMMENT',
    `COMMENT  REPORT SOURCE = ${header.source}`,
    'COMMENT',
    `COMMENT  Latest inertia tensor calibration file = ${header.inertia}`,
    'COMMENT',
    `COMMENT  Major principal axis of inertia in BCS =${axis}`,
    'COMMENT',
    'COMMENT  Estimated EKF mean attitude and rate errors (1-sigma) about the body X,Y,Z axes are:',
    'COMMENT  0.0034  0.0034  0.0087 (deg)    0.003  0.003  0.004 (deg/s)',
    'COMMENT',
    `OBJECT_NAME     = ${header.spacecraft}`,
    `OBJECT_ID       = ${header.objectId}`,
    'REF_FRAME_A     = J2000',
    'REF_FRAME_B     = BCS',
    'ATTITUDE_DIR    = A2B',
    'ATTITUDE_TYPE   = QUATERNION/RATE/SPIN/NUTATION',
    'QUATERNION_TYPE = LAST',
    'TIME_SYSTEM     = UTC',
    'COMMENT           The time tags are given twice. First as calendar UTC time,',
    'COMMENT           and then as TAI, expressed as elapsed SI seconds since',
    'COMMENT           the mission reference epoch, 1958-001T00:00:00 UTC.',
    'COMMENT',
    `START_TIME      = ${formatDoy(header.start, 3)}`,
    `STOP_TIME       = ${formatDoy(header.stop, 3)}`,
    'META_STOP',
    ' ',
    'DATA_START',
    COLUMNS,
  ]
}
