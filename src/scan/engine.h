/* Engine: a second opinion about where the head lies, from ITK's registration (io/plugin.h). */
#ifndef EF_ENGINE_H
#define EF_ENGINE_H

#include "head/subject.h"

/* Greatest distance in mm at which the two answers agree (ef_answer_distance). It is not quite twice the
 * greatest distance in 16 real heads, 4.6 mm (bench/results/engine.csv). A larger value lets a wrong pose
 * pass. */
#define EF_ENGINE_APART_MM 8.0

/* Checks that the engine is available.
 * Errors: EFFACE_USAGE where the options ask for an engine that is not built in. */
efface_status ef_engine_can(efface_engine engine, efface_error *err) __attribute__((warn_unused_result));

/* Asks ITK's registration for the pose. It starts away from the location's answer: without shear, with one
 * scale for all axes, and about 10 mm and 4 degrees off. So a registration that does not move can't agree.
 * It sees neither our segmentation nor our confidence.
 * work_from_atlas  out: ITK's answer; NULL where it isn't wanted
 * distance_mm      out: ef_answer_distance to ours; NaN where the registration failed, which is no
 *                  agreement
 * subject          in: atlas, work and location
 * Errors: those of ef_engine_can; EFFACE_INTERNAL. */
efface_status ef_engine_ask(ef_affine *work_from_atlas, double *distance_mm, const ef_subject *subject,
                            efface_error *err) __attribute__((warn_unused_result));

#endif
