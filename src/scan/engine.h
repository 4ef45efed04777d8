/* Engine: a second opinion about where the head lies, from ITK's registration (itk/shim.h). */
#ifndef EF_ENGINE_H
#define EF_ENGINE_H

#include "head/locate.h"

/* How far apart the two answers may be (ef_answer_distance): not quite twice the most that was seen on 16
 * real heads, 4.6 mm (bench/results/engine.csv). */
#define EF_ENGINE_APART_MM 8.0

/* EFFACE_USAGE where the options ask for an engine that is not built in. */
efface_status ef_engine_can(efface_engine engine, efface_error *err) __attribute__((warn_unused_result));

/* Asks ITK's registration. It begins not at the location's answer but away from it: without shear, with one
 * scale for all axes, some 10 mm and 4 degrees off, so that one that does not move can't agree; and it sees
 * neither our segmentation nor our confidence. work_from_atlas  out: ITK's answer; NULL where it isn't
 * wanted distance_mm      out: ef_answer_distance to ours; NaN where the registration failed, which is no
 * agreement EFFACE_USAGE as ef_engine_can, EFFACE_INTERNAL. */
efface_status ef_engine_ask(ef_affine *work_from_atlas, double *distance_mm, const ef_location *location,
                            const ef_atlas *atlas, const ef_work *work, efface_error *err)
    __attribute__((warn_unused_result));

#endif
