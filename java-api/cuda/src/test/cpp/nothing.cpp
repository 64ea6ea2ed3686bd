// The double of a library of which nothing is called
