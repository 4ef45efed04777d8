/* Reasons that can be shared: an input's path may name a person. */
#ifndef EF_REASON_H
#define EF_REASON_H

/* Replaces a path in a message by a name, wherever it stands between quotes. A path that the message's end
 * cut off is taken away with its quote.
 * message  in and out, room for as many bytes as efface_error's; it is cut where it becomes too long
 * path     of an input
 * name     what the data set calls it */
void ef_reason_rename(char *message, const char *path, const char *name);

#endif
