# Writes the bytes of INPUT as a C array into OUTPUT: cmake -DINPUT=... -DOUTPUT=... -P embed.cmake
file(READ ${INPUT} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
file(WRITE ${OUTPUT} "#include \"atlas_data.h\"\nconst size_t ef_atlas_data_size = ${bytes};\nconst uint8_t ef_atlas_data[] = {\n${hex}};\n")
